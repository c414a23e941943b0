import type { ReadonlyBytes } from "../../allocator.ts";
import { createHash } from "node:crypto";
import type { RunOutputs } from "./runnable.ts";
import type { TensorFacts } from "./run-task.ts";

/** Reads all outputs of a run, in the order of the model. */
export function digestOutputs(
  outputs: readonly { readonly facts: TensorFacts; readonly bytes: ReadonlyBytes }[],
): RunOutputs {
  const hash = createHash("sha256");
  for (const { facts, bytes } of outputs)
    hash.update(`${facts.precision} ${facts.dims.join("x")};`).update(bytes as Uint8Array);
  return { facts: outputs.map(({ facts }) => facts), digest: hash.digest("hex") };
}
