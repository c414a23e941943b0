import { bitAt, nibbleAt, setBit, setNibble } from "../formats/sub-byte.ts";
import type { Codec } from "./codec.ts";

const PACKED = {
  unitsPerOne: 1,
  hasFractions: false,
  isPlain: false,
  view: (bytes: Uint8Array): Uint8Array => bytes,
} as const;

export const U4: Codec = {
  ...PACKED,
  decode(from: Uint8Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = nibbleAt(from, a);
  },
  encode(values, count, to: Uint8Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) setNibble(to, b, Math.min(Math.max(values[i]!, 0), 15));
  },
};

export const I4: Codec = {
  ...PACKED,
  decode(from: Uint8Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = (nibbleAt(from, a) << 28) >> 28;
  },
  encode(values, count, to: Uint8Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) setNibble(to, b, Math.min(Math.max(values[i]!, -8), 7));
  },
};

/** An unsigned integer of one bit. */
export const BIN: Codec = {
  ...PACKED,
  decode(from: Uint8Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = bitAt(from, a);
  },
  encode(values, count, to: Uint8Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) setBit(to, b, Math.min(Math.max(values[i]!, 0), 1));
  },
};
