import type { Precision, PrecisionName } from "../blob/precision.ts";

import { describe } from "../errors.ts";
import { FormatError } from "./format-error.ts";

/** NumPy's kind and size in bytes for each precision it has. */
const BY_PRECISION: Partial<Record<PrecisionName, string>> = {
  FP64: "f8",
  FP32: "f4",
  FP16: "f2",
  I64: "i8",
  U64: "u8",
  I32: "i4",
  U32: "u4",
  I16: "i2",
  U16: "u2",
  I8: "i1",
  U8: "u1",
  BOOL: "b1",
};

const BY_TYPE: ReadonlyMap<string, PrecisionName> = new Map(
  Object.entries(BY_PRECISION).map(([precision, type]) => [type, precision as PrecisionName]),
);

/** What the kinds of dtype without a precision are, and how to save their elements. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  c: "complex numbers. Save the real and the imaginary parts as two arrays",
  O: "pickled Python objects. Save an array of numbers: a.astype(np.float32)",
  S: "byte strings. Save their codes: a.view(np.uint8)",
  U: "strings. Save their codes: a.view(np.uint32)",
  M: "dates. Save them as integers: a.astype(np.int64)",
  m: "durations. Save them as integers: a.astype(np.int64)",
  V: "raw bytes, as bfloat16 is saved. Save a.astype(np.float32), or bfloat16 as safetensors",
  f: "floats of a size that no precision has. Save a.astype(np.float64)",
};

/** The elements of an array in a file. */
export interface NpyDtype {
  readonly precision: PrecisionName;
  /** Whether the highest byte of an element comes first. */
  readonly isBigEndian: boolean;
}

/** What a descr such as `<f4` stands for. @throws {FormatError} when there is no precision for it */
export function dtypeOfDescr(descr: string): NpyDtype {
  const order = descr.charAt(0);
  const type = descr.slice(1);
  const precision = BY_TYPE.get(type);
  const isOrdered = order === "<" || order === ">";
  if (precision !== undefined && (isOrdered || (order === "|" && type.endsWith("1")))) {
    return { precision, isBigEndian: order === ">" };
  }
  const kind = "<>|=".includes(order || " ") ? type.charAt(0) : "";
  const known = [...BY_TYPE.keys()].map((name) => (name.endsWith("1") ? `|${name}` : `<${name}`)).join(" ");
  const why = precision === undefined && Object.hasOwn(OTHER_KINDS, kind) ? `: ${OTHER_KINDS[kind]}` : "";
  throw new FormatError("npy", `descr is ${describe(descr)}${why}. Arrays of ${known}, and of > for <, can be read.`);
}

/** The descr of a precision in little-endian files. @throws {FormatError} when NumPy has none */
export function descrOf(precision: Precision): string {
  const type = BY_PRECISION[precision.kind];
  if (type !== undefined) return (precision.elementSize === 1 ? "|" : "<") + type;
  const cure =
    precision.kind === "BF16"
      ? "Convert it to FP32 first, or write safetensors"
      : "Convert it first, for example to FP32 or I8";
  const known = Object.keys(BY_PRECISION).join(" ");
  throw new FormatError("npy", `NumPy has no dtype for ${precision.name}, only for ${known}. ${cure}.`);
}
