import type { OnnxTensorInfo } from "../../engines/onnxruntime/tensor-info.ts";
import { formatInfo } from "../../engines/onnxruntime/tensor-info.ts";
import { CliError } from "../cli-error.ts";

/** The dims that an input gets. */
export interface InputDims {
  readonly dims: readonly number[];
  /** Whether free dims were taken as 1. */
  readonly isAssumed: boolean;
}

/**
 * Dims for every input: those that were given, else the model's own. A free dim that has a name is what the dim of that name
 * is in the dims that were given, and otherwise 1.
 *
 * @param given by name, of some of the inputs
 * @throws {CliError} when a name is none of the inputs', or the dims cannot be that input's
 */
export function inputDims(
  infos: readonly OnnxTensorInfo[],
  given: ReadonlyMap<string, readonly number[]>,
): ReadonlyMap<string, InputDims> {
  assertNames(infos, given.keys());
  const symbols = new Map<string, number>();
  for (const info of infos) {
    const dims = given.get(info.name);
    if (dims === undefined) continue;
    assertFit(info, dims);
    for (const [i, dim] of (info.dims ?? []).entries()) if (typeof dim === "string") symbols.set(dim, dims[i]!);
  }
  return new Map(
    infos.map((info) => {
      const dims = given.get(info.name);
      return [info.name, dims === undefined ? ownDims(info, symbols) : { dims, isAssumed: false }];
    }),
  );
}

/** @throws {CliError} when one of the names is no input's */
export function assertNames(infos: readonly OnnxTensorInfo[], names: Iterable<string>): void {
  for (const name of names) {
    if (infos.some((info) => info.name === name)) continue;
    const there = infos.map((info) => `"${info.name}"`).join(", ");
    throw new CliError(`the model has no input "${name}". ${there === "" ? "It has none." : `It has ${there}.`}`);
  }
}

function ownDims({ dims }: OnnxTensorInfo, symbols: ReadonlyMap<string, number>): InputDims {
  let isAssumed = false;
  const own = (dims ?? []).map((dim) => {
    const known = typeof dim === "string" ? symbols.get(dim) : dim;
    if (typeof known !== "number") isAssumed = true;
    return known ?? 1;
  });
  return { dims: own, isAssumed };
}

function assertFit(info: OnnxTensorInfo, dims: readonly number[]): void {
  const declared = info.dims;
  if (declared === null) return;
  const fits =
    declared.length === dims.length && declared.every((dim, i) => typeof dim !== "number" || dim === dims[i]);
  if (fits) return;
  throw new CliError(
    `the input "${info.name}" is ${formatInfo(info)}, and [${dims.join(", ")}] does not fit. Give ${shapeHint(info)}.`,
  );
}

/** `--shape x=1x3xNxN`, with N where the model leaves the choice, for each of the inputs. */
export function shapeHint(...infos: readonly OnnxTensorInfo[]): string {
  const options = infos.map(({ name, dims }) => {
    const shape = (dims ?? []).map((dim) => (typeof dim === "number" ? dim : "N")).join("x");
    return `--shape ${name}=${shape === "" ? "scalar" : shape}`;
  });
  const hasFree = infos.some(({ dims }) => dims?.some((dim) => typeof dim !== "number") === true);
  return `${options.join(" ")}${hasFree ? " with numbers in place of N" : ""}`;
}
