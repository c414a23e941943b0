import type { PrecisionName } from "../precision.ts";
import type { Codec } from "./codec.ts";
import { BF16, FP16, FP32, FP64 } from "./float-codecs.ts";
import { BOOL, I16, I32, I8, Q78, U16, U32, U8 } from "./integer-codecs.ts";
import { BIN, I4, U4 } from "./packed-codecs.ts";
import { I64, I64_TO_NARROW, U64, U64_TO_NARROW } from "./wide-codecs.ts";

const CODECS: Partial<Record<PrecisionName, Codec>> = {
  FP64,
  FP32,
  FP16,
  BF16,
  I64,
  U64,
  I32,
  U32,
  I16,
  U16,
  Q78,
  I8,
  U8,
  BOOL,
  U4,
  I4,
  BIN,
};

/** What writes elements of a precision; `undefined` for NF4, CUSTOM, MIXED and UNSPECIFIED, whose elements are no numbers. */
export function encoderOf(target: PrecisionName): Codec | undefined {
  return CODECS[target];
}

/** What reads elements of a precision to become elements of another. `undefined` as for {@link encoderOf}. */
export function decoderFor(source: PrecisionName, target: PrecisionName): Codec | undefined {
  if (target !== "FP64") {
    if (source === "I64") return I64_TO_NARROW;
    if (source === "U64") return U64_TO_NARROW;
  }
  return CODECS[source];
}
