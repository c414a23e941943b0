import { DescError } from "../errors.ts";
import { BitCopy } from "./copy/bit-copy.ts";
import { WordCopy } from "./copy/word-copy.ts";
import { overlap } from "./copy/words.ts";
import { sameList, showList } from "./integers.ts";
import { planOf, walkPlanes } from "./plane-plan.ts";
import type { TensorDesc } from "./tensor-desc.ts";

/**
 * Copies every element to the one at the same logical position, whatever the two layouts, strides and paddings. What lies
 * between the elements of the target keeps its value, unless both lie alike and packed: then all bytes are copied.
 *
 * Where the two share memory, the source is set aside first, so that all elements arrive as they were.
 * The descs must have passed {@link assertCopyable}.
 */
export function copyElements(
  source: Uint8Array,
  sourceDesc: TensorDesc,
  target: Uint8Array,
  targetDesc: TensorDesc,
): void {
  const { blocking, precision, size } = sourceDesc;
  if (blocking.isPacked && blocking.equals(targetDesc.blocking)) {
    target.set(source);
    return;
  }
  if (size === 0) return;
  const from = overlap(source, target) ? new Uint8Array(source) : source;
  const plan = planOf(sourceDesc, targetDesc);
  const { bits, kind } = precision;
  const work =
    bits % 8 === 0 ? new WordCopy(from, target, plan, bits / 8) : new BitCopy(from, target, plan, bits, kind === "BIN");
  walkPlanes(plan, work);
}

/** @throws {DescError} when dims or precision differ, or when just one of the layouts is ANY */
export function assertCopyable(source: TensorDesc, target: TensorDesc): void {
  if (!source.precision.equals(target.precision)) {
    throw new DescError(
      `${source.toString()} cannot be copied to ${target.toString()}: the precisions differ. Use convertTo.`,
    );
  }
  assertSameElements(source, target, "copied");
}

/** @throws {DescError} when dims differ, or when just one of the layouts is ANY */
export function assertSameElements(
  source: TensorDesc,
  target: TensorDesc,
  done: "copied" | "converted" | "normalised",
): void {
  if (!sameList(source.dims, target.dims)) {
    throw new DescError(
      `Elements of dims ${showList(source.dims)} cannot be ${done} to dims ${showList(target.dims)}. Use equal dims.`,
    );
  }
  if ((source.layout === "ANY") !== (target.layout === "ANY")) {
    throw new DescError(
      `${source.toString()} cannot be ${done} to ${target.toString()}: ANY does not say where elements lie. Choose a layout.`,
    );
  }
}
