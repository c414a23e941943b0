import type { PrecisionName } from "../../blob/precision.ts";

/**
 * ONNX Runtime's element types and the precisions of their blobs. Left out, as the binding cannot hand them over:
 * `string` (no numbers), `uint4` and `int4` (an output of theirs ends the process in onnxruntime-node 1.30), and
 * `bfloat16`, which it refuses itself.
 */
const PRECISIONS: Readonly<Record<string, PrecisionName>> = {
  float32: "FP32",
  float16: "FP16",
  float64: "FP64",
  int8: "I8",
  uint8: "U8",
  int16: "I16",
  uint16: "U16",
  int32: "I32",
  uint32: "U32",
  int64: "I64",
  uint64: "U64",
  bool: "BOOL",
};

const ELEMENT_TYPES = new Map(Object.entries(PRECISIONS).map(([type, precision]) => [precision, type]));

/** The precision of a blob that holds ONNX Runtime's element type; `undefined` when no blob can. */
export function precisionOf(elementType: string): PrecisionName | undefined {
  return Object.hasOwn(PRECISIONS, elementType) ? PRECISIONS[elementType] : undefined;
}

/** ONNX Runtime's element type for a precision that {@link precisionOf} gave; `undefined` for any other. */
export function elementTypeOf(precision: PrecisionName): string | undefined {
  return ELEMENT_TYPES.get(precision);
}
