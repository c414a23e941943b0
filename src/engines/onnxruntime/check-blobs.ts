import type { TBlob } from "../../blob/tblob.ts";
import { EngineError } from "../../errors.ts";
import { checkBlob } from "./check-blob.ts";
import type { OnnxTensorInfo } from "./tensor-info.ts";

/** Blobs by the names of the model's inputs or outputs. */
export type BlobMap = Readonly<Record<string, TBlob>>;

/**
 * Throws unless the blobs can be given to the engine: an input for each, any of the outputs, no others.
 *
 * @throws {EngineError} naming the tensor, what the model expects, and what was given
 */
export function checkBlobs(kind: "input" | "output", infos: readonly OnnxTensorInfo[], blobs: unknown): void {
  if (typeof blobs !== "object" || blobs === null) {
    throw new EngineError(`The ${kind}s are no object. Give blobs by name: ${namesOf(infos)}.`);
  }
  for (const name of Object.keys(blobs)) {
    if (infos.some((info) => info.name === name)) continue;
    throw new EngineError(`The model has no ${kind} "${name}". It has ${namesOf(infos) || "none"}.`, name);
  }
  for (const info of infos) {
    const blob = blobOf(blobs as BlobMap, info.name);
    if (blob !== undefined) checkBlob(kind, info, blob);
    else if (kind === "input") {
      throw new EngineError(`The input "${info.name}" is missing. The model takes ${namesOf(infos)}.`, info.name);
    }
  }
}

/** So that an output called "constructor" is not found in every object. */
export function blobOf(blobs: BlobMap, name: string): TBlob | undefined {
  return Object.hasOwn(blobs, name) ? blobs[name] : undefined;
}

function namesOf(infos: readonly OnnxTensorInfo[]): string {
  return infos.map(({ name }) => `"${name}"`).join(", ");
}
