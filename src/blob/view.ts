import { BlobError } from "../errors.ts";
import { integer } from "./integers.ts";
import type { Precision } from "./precision.ts";
import type { TensorDesc } from "./tensor-desc.ts";

/**
 * Throws unless the memory of `desc`, from `byteOffset` on, is inside the memory of its parent.
 *
 * @throws {DescError} when `byteOffset` is no integer ≥ 0, or the precision has no size
 * @throws {BlobError} when it does not fit
 */
export function assertFits(parent: TensorDesc, desc: TensorDesc, byteOffset: number): void {
  integer("byteOffset", byteOffset);
  const { spanBytes } = desc;
  const rest = parent.spanBytes - byteOffset;
  if (spanBytes <= rest) return;
  const cure = rest < 0 ? "Use a smaller byteOffset." : `From there, ${rest} bytes are left: use smaller dims.`;
  throw new BlobError(
    `viewAs: ${desc.toString()} needs ${spanBytes} bytes from byte ${byteOffset}, but ${parent.toString()} has ` +
      `${parent.spanBytes}. ${cure}`,
  );
}

/**
 * Throws unless a typed array of the precision can begin there.
 *
 * @param start where the parent begins in its buffer, in bytes
 * @throws {BlobError} when it cannot
 */
export function assertAligned(precision: Precision, start: number, byteOffset: number): void {
  const alignment = alignmentOf(precision);
  const rest = (start + byteOffset) % alignment;
  if (rest === 0) return;
  const next = byteOffset - rest + alignment;
  const cure =
    byteOffset >= rest ? `Use a byteOffset of ${byteOffset - rest} or ${next}.` : `Use a byteOffset of ${next}.`;
  throw new BlobError(
    `viewAs: byte ${byteOffset} of the blob is byte ${start + byteOffset} of its buffer, which is no multiple of ` +
      `${alignment}, as ${precision.name} needs. ${cure}`,
  );
}

/** What the address of a typed array of the precision must be a multiple of. Packed and custom elements are bytes. */
export function alignmentOf(precision: Precision): number {
  return precision.kind === "CUSTOM" || precision.bits < 8 ? 1 : precision.elementSize;
}
