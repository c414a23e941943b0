import type { PrecisionName } from "../../blob/precision.ts";

/**
 * ONNX's element types by number (TensorProto.DataType of onnx.proto), and the precisions of their blobs. Left out, since
 * no precision holds them: strings, complex numbers, 8-bit and 4-bit floats, 2-bit integers.
 */
const PRECISIONS: ReadonlyMap<number, PrecisionName> = new Map([
  [1, "FP32"],
  [2, "U8"],
  [3, "I8"],
  [4, "U16"],
  [5, "I16"],
  [6, "I32"],
  [7, "I64"],
  [9, "BOOL"],
  [10, "FP16"],
  [11, "FP64"],
  [12, "U32"],
  [13, "U64"],
  [16, "BF16"],
  [21, "U4"],
  [22, "I4"],
]);

const NUMBERS: ReadonlyMap<PrecisionName, number> = new Map([...PRECISIONS].map(([number, name]) => [name, number]));

/** The precision of a blob that holds ONNX's element type; `undefined` when none does. */
export function precisionOf(elementType: number): PrecisionName | undefined {
  return PRECISIONS.get(elementType);
}

/** ONNX's number for a precision that {@link precisionOf} gave. */
export function elementTypeOf(precision: PrecisionName): number {
  return NUMBERS.get(precision) ?? 0;
}
