import { BlobError, DescError, describe } from "../errors.ts";
import { decoderFor, encoderOf } from "./convert/codecs.ts";
import { ConvertWork } from "./convert/convert-work.ts";
import { directWork } from "./convert/direct-work.ts";
import type { Rounding } from "./convert/round.ts";
import { assertSameElements, copyElements } from "./copy-elements.ts";
import { overlap } from "./copy/words.ts";
import { planOf, walkPlanes } from "./plane-plan.ts";
import type { TensorDesc } from "./tensor-desc.ts";
import { typedData } from "./typed-data.ts";

/** How `blob.convertTo` converts. */
export interface ConvertOptions {
  /**
   * What becomes of a fraction that the target cannot hold. `half-to-even`: the nearest value, of two equally near the even
   * one, as in IEEE 754 and ONNX's QuantizeLinear. `toward-zero`: it is dropped, as in C, ONNX's Cast and NumPy's astype.
   * Default: `half-to-even`. Does not concern floats, which are always rounded to nearest, ties to even.
   */
  readonly rounding?: Rounding | undefined;
}

/**
 * Writes every element to the one at the same logical position, as a number of the target's precision, whatever the two
 * layouts, strides and paddings. Between equal precisions it copies.
 *
 * - To an integer (also U4, I4, and BIN, of one bit): rounded, then clamped to the range. NaN becomes 0.
 * - To a float: the nearest value, rounded once, ties to even. What is too large becomes infinity, and NaN stays NaN.
 * - To Q78: in 256ths, rounded and clamped as an integer. From Q78: the number of 256ths, divided by 256.
 * - To BOOL: 0 becomes 0, everything else 1, NaN too, as in ONNX's Cast. From BOOL: 0 or 1, whatever the byte.
 *
 * NF4 and custom precisions stand for no numbers, and convert to themselves only.
 * The descs must have passed {@link assertConvertible}.
 *
 * @throws {BlobError} when one of the memories is not aligned to its precision. Nothing is written then.
 */
export function convertElements(
  source: Uint8Array,
  sourceDesc: TensorDesc,
  target: Uint8Array,
  targetDesc: TensorDesc,
  rounding: Rounding,
): void {
  if (sourceDesc.precision.equals(targetDesc.precision)) {
    copyElements(source, sourceDesc, target, targetDesc);
    return;
  }
  typedData(sourceDesc.precision, source);
  typedData(targetDesc.precision, target);
  if (sourceDesc.size === 0) return;
  const from = overlap(source, target) ? new Uint8Array(source) : source;
  const plan = planOf(sourceDesc, targetDesc);
  const [sourceKind, targetKind] = [sourceDesc.precision.kind, targetDesc.precision.kind];
  const work =
    directWork(sourceKind, from, targetKind, target, plan, rounding) ??
    new ConvertWork(plan, decoderFor(sourceKind, targetKind)!, from, encoderOf(targetKind)!, target, rounding);
  walkPlanes(plan, work);
}

/** @throws {DescError} when there is no conversion between the precisions, dims differ, or just one of the layouts is ANY */
export function assertConvertible(source: TensorDesc, target: TensorDesc): void {
  const from = source.precision;
  const to = target.precision;
  const hasNumbers = encoderOf(from.kind) !== undefined && encoderOf(to.kind) !== undefined;
  if (!from.equals(to) && !hasNumbers) {
    throw new DescError(
      `${from.name} cannot be converted to ${to.name}: only FP64, FP32, FP16, BF16, Q78, BOOL, BIN and the integers stand for ` +
        "numbers. Decode the elements yourself: map the blob, and for NF4 use unpackNF4.",
    );
  }
  assertSameElements(source, target, "converted");
}

/** @throws {BlobError} for options that are none, and for another rounding */
export function roundingOf(options: ConvertOptions): Rounding {
  if (typeof options !== "object" || options === null) {
    throw new BlobError(`The options are { rounding? }, not ${describe(options)}.`);
  }
  const { rounding = "half-to-even" } = options;
  if (rounding === "half-to-even" || rounding === "toward-zero") return rounding;
  throw new BlobError(
    `rounding is "half-to-even" or "toward-zero", not ${describe(rounding)}. Leave it out for the first.`,
  );
}
