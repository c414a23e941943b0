import type { InferenceSession } from "onnxruntime-node";
import type { PrecisionName } from "../../blob/precision.ts";
import { EngineError } from "../../errors.ts";
import { precisionOf } from "./element-types.ts";

/** An input or output as the model declares it. */
export interface OnnxTensorInfo {
  readonly name: string;
  readonly precision: PrecisionName;
  /**
   * A number is fixed; a string names a dim that is free, and `null` is free without a name. `null` in place of the list:
   * a scalar, or no shape declared; ONNX Runtime does not say which.
   */
  readonly dims: readonly (number | string | null)[] | null;
}

/**
 * Reads what ONNX Runtime says of an input or output.
 *
 * @throws {EngineError} when no blob can hold it: a sequence, a map, strings, 4-bit integers
 */
export function tensorInfo(kind: "input" | "output", metadata: InferenceSession.ValueMetadata): OnnxTensorInfo {
  const { name } = metadata;
  const type = metadata.isTensor ? metadata.type : "no tensor but a sequence or a map";
  const precision = precisionOf(type);
  if (!metadata.isTensor || precision === undefined) {
    const what = metadata.isTensor ? `holds ${type} elements` : `is ${type}`;
    throw new EngineError(
      `The ${kind} "${name}" of the model ${what}, which this engine cannot put into a blob. ` +
        "Convert it inside the model, or run this model with onnxruntime-node itself.",
      name,
    );
  }
  const dims = metadata.shape.map((dim) => (dim === "" ? null : dim));
  return Object.freeze({ name, precision, dims: dims.length === 0 ? null : Object.freeze(dims) });
}

/** The dims when every one is fixed, else `null`. */
export function fixedDims(info: OnnxTensorInfo): number[] | null {
  const fixed = info.dims?.filter((dim) => typeof dim === "number");
  return fixed !== undefined && fixed.length === info.dims?.length ? fixed : null;
}

/** Precision and dims as messages show them: `FP32 [n, 3, 48, ?]`. */
export function formatInfo({ precision, dims }: OnnxTensorInfo): string {
  return `${precision} ${dims === null ? "of any shape" : `[${dims.map((dim) => dim ?? "?").join(", ")}]`}`;
}
