/**
 * The bytes around a guarded block: 64 before it, so that the block itself starts on the boundary that the upstream's
 * block did, and 64 to 127 behind it, up to a whole granule. Their values run through 1 to 254: an overrun with zeros, with
 * 0xff or with a copy of its neighbour is seen. One that writes what is there already is none to be seen.
 */
import { GRANULE, alignUp } from "../../heap/granule.ts";

/** Bytes before the block. */
export const FRONT_BYTES: number = GRANULE;

/** Where bytes are not what they should be. */
export interface Damage {
  /** Of the first such byte, counted from the block's first one; undefined where it is not known. */
  readonly offset: number | undefined;
  /** What should be there, and what is. */
  readonly expected: number | undefined;
  readonly actual: number | undefined;
}

const VALUES: Uint8Array = Uint8Array.from({ length: 2 * GRANULE }, (_, i) => 1 + ((i * 37 + 106) % 254));

/** Bytes that a guarded block of `size` bytes takes. May be more than a size can be. */
export function guardedBytes(size: number): number {
  return FRONT_BYTES + alignUp(size) + GRANULE;
}

/** Writes both canaries. @param bytes all of the guarded block */
export function paintCanaries(bytes: Uint8Array, size: number): void {
  const back = FRONT_BYTES + size;
  bytes.set(VALUES.subarray(0, FRONT_BYTES));
  bytes.set(VALUES.subarray(0, bytes.byteLength - back), back);
}

/** The first damaged byte of the canary before the block. */
export function underrunOf(bytes: Uint8Array): Damage | undefined {
  for (let i = 0; i < FRONT_BYTES; i++) if (bytes[i] !== VALUES[i]) return damageAt(bytes, i, VALUES[i]!);
  return undefined;
}

/** The first damaged byte of the canary behind the block. */
export function overrunOf(bytes: Uint8Array, size: number): Damage | undefined {
  const back = FRONT_BYTES + size;
  for (let i = back; i < bytes.byteLength; i++) {
    if (bytes[i] !== VALUES[i - back]) return damageAt(bytes, i, VALUES[i - back]!);
  }
  return undefined;
}

/** @param at counted from the first byte of the front canary */
export function damageAt(bytes: Uint8Array, at: number, expected: number): Damage {
  return { offset: at - FRONT_BYTES, expected, actual: bytes[at] };
}
