import { readFileSync } from "node:fs";
import type { IAllocator } from "../../allocator.ts";
import { createBlob } from "../../blob/create-blob.ts";
import type { TBlob } from "../../blob/tblob.ts";
import type { OnnxTensorInfo } from "../../engines/onnxruntime/tensor-info.ts";
import { FormatError } from "../../interchange/format-error.ts";
import { readNpy } from "../../interchange/read-npy.ts";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { reasonOf } from "../files.ts";
import { fillAtRandom, fillWith } from "./fill-blob.ts";
import { assertNames, inputDims } from "./input-dims.ts";
import type { GivenInput, InputFacts, RunTask } from "./run-task.ts";

/** The inputs of the runs: blobs by name, and what is to be said of them. */
export interface MadeInputs {
  readonly blobs: Readonly<Record<string, TBlob>>;
  readonly facts: readonly InputFacts[];
}

/**
 * Makes a blob for every input of a model.
 *
 * @throws {CliError} when a file cannot be read, or what was given does not fit the model
 * @throws {OutOfMemoryError} when the allocator has no room
 */
export function makeInputs(
  infos: readonly OnnxTensorInfo[],
  { given, shapes, seed }: Pick<RunTask, "given" | "shapes" | "seed">,
  allocator: IAllocator,
): MadeInputs {
  assertNames(infos, Object.keys(given));
  const arrays = new Map(
    Object.entries(given).flatMap(([name, input]) =>
      "file" in input ? [[name, readArray(name, input.file, allocator)] as const] : [],
    ),
  );
  const known = new Map(Object.entries(shapes));
  for (const [name, blob] of arrays) {
    if (known.has(name)) {
      throw new CliError(`--shape ${name} says what the file of --input ${name} says already. Leave --shape out.`);
    }
    assertPrecision(
      infos.find((info) => info.name === name)!,
      blob,
    );
    known.set(name, blob.desc.dims);
  }
  const dims = inputDims(infos, known);
  const made = infos.map((info, index) => {
    const { name, precision } = info;
    const shape = dims.get(name)!;
    const input = Object.hasOwn(given, name) ? given[name] : undefined;
    const blob = arrays.get(name) ?? filled(info, shape.dims, input, seed + index, allocator);
    const { isAssumed } = shape;
    return {
      blob,
      facts: { name, precision, dims: blob.desc.dims, byteSize: blob.byteSize, isAssumed, from: sourceOf(input) },
    };
  });
  return {
    blobs: Object.fromEntries(made.map(({ blob, facts }) => [facts.name, blob])),
    facts: made.map(({ facts }) => facts),
  };
}

function filled(
  { precision }: OnnxTensorInfo,
  dims: readonly number[],
  input: GivenInput | undefined,
  seed: number,
  allocator: IAllocator,
): TBlob {
  const blob: TBlob = createBlob({ precision, dims }, { allocator });
  if (input !== undefined && "number" in input) fillWith(blob, () => input.number);
  else fillAtRandom(blob, seed);
  return blob;
}

function sourceOf(input: GivenInput | undefined): string | number | null {
  if (input === undefined) return null;
  return "file" in input ? input.file : input.number;
}

function readArray(name: string, file: string, allocator: IAllocator): TBlob {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const reason = `cannot read ${file}, the file of --input ${name}: ${reasonOf(error)}`;
    throw new CliError(reason, ExitCode.USAGE, { cause: error });
  }
  try {
    return readNpy(bytes, { allocator });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new CliError(`${file}: ${error.message}`, ExitCode.USAGE, { cause: error });
  }
}

function assertPrecision({ name, precision }: OnnxTensorInfo, blob: TBlob): void {
  const { kind } = blob.desc.precision;
  if (kind === precision) return;
  throw new CliError(
    `the input "${name}" is ${precision}, and the array in the file is ${kind}. Save it as ${precision}, with astype.`,
  );
}
