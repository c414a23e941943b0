import type { PrecisionName } from "../blob/precision.ts";
import { Precision } from "../blob/precision.ts";
import { FormatError } from "./format-error.ts";

/**
 * The dtypes with a precision, in the order in which the reference implementation lays tensors out: the largest elements
 * first, so that each tensor starts at a multiple of its element size.
 */
const PRECISIONS: Readonly<Record<string, PrecisionName>> = {
  U64: "U64",
  I64: "I64",
  F64: "FP64",
  F32: "FP32",
  U32: "U32",
  I32: "I32",
  BF16: "BF16",
  F16: "FP16",
  U16: "U16",
  I16: "I16",
  I8: "I8",
  U8: "U8",
  BOOL: "BOOL",
};

/** Bits of the dtypes without a precision: a file that has one is still checked, and its other tensors are read. */
const OTHER_BITS: Readonly<Record<string, number>> = {
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F8_E4M3: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2: 8,
  F8_E5M2FNUZ: 8,
  F8_E8M0: 8,
  C64: 64,
};

const DTYPES: readonly string[] = Object.keys(PRECISIONS);

/** The elements of a tensor in a file. */
export interface SafetensorsDtype {
  /** `undefined` for the 4-, 6- and 8-bit floats and the complex numbers. */
  readonly precision: PrecisionName | undefined;
  readonly bits: number;
}

/** @throws {FormatError} for a dtype whose size is not known either */
export function dtypeOf(name: string, tensor: string): SafetensorsDtype {
  if (Object.hasOwn(PRECISIONS, name)) {
    const precision = PRECISIONS[name]!;
    return { precision, bits: Precision.of(precision).bits };
  }
  if (Object.hasOwn(OTHER_BITS, name)) return { precision: undefined, bits: OTHER_BITS[name]! };
  throw noPrecision(JSON.stringify(name.slice(0, 20)), tensor);
}

/** The error for a tensor whose elements cannot be in a blob. */
export function noPrecision(dtype: string, tensor: string): FormatError {
  const cure = `Convert it to one of ${DTYPES.join(" ")} where the file is written, or leave it out with the option names`;
  return new FormatError(
    "safetensors",
    `the tensor ${JSON.stringify(tensor.slice(0, 80))} has the dtype ${dtype}, for which there is no precision. ${cure}.`,
    tensor,
  );
}

/** The dtype of a precision. @throws {FormatError} when the format has none */
export function dtypeNameOf({ kind, name }: Precision, tensor: string): string {
  const dtype = DTYPES.find((candidate) => PRECISIONS[candidate] === kind);
  if (dtype !== undefined) return dtype;
  const cure = "Convert it first, for example to FP32 or I8, or store its bytes as U8";
  throw new FormatError(
    "safetensors",
    `there is no dtype for ${name}, the precision of the tensor ${JSON.stringify(tensor.slice(0, 80))}. ${cure}.`,
    tensor,
  );
}

/** Where tensors of a dtype are in a file that is written: those of a lower rank first. */
export function rankOf(dtype: string): number {
  return DTYPES.indexOf(dtype);
}
