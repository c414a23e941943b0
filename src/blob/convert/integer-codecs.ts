import type { Codec } from "./codec.ts";

const INTEGER = { unitsPerOne: 1, hasFractions: false, isPlain: true } as const;

// Alike but for the array and the range, and on purpose not one: each array class needs a loop of its own to be fast.
// A NaN is neither below nor above, and is 0 once it is stored.

export const U8: Codec = {
  ...INTEGER,
  view: (bytes) => bytes,
  decode(from: Uint8Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a]!;
  },
  encode(values, count, to: Uint8Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) {
      const value = values[i]!;
      to[b] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  },
};

export const I8: Codec = {
  ...INTEGER,
  view: ({ buffer, byteOffset, length }) => new Int8Array(buffer, byteOffset, length),
  decode(from: Int8Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a]!;
  },
  encode(values, count, to: Int8Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) {
      const value = values[i]!;
      to[b] = value < -128 ? -128 : value > 127 ? 127 : value;
    }
  },
};

export const U16: Codec = {
  ...INTEGER,
  view: ({ buffer, byteOffset, length }) => new Uint16Array(buffer, byteOffset, length / 2),
  decode(from: Uint16Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a]!;
  },
  encode(values, count, to: Uint16Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) {
      const value = values[i]!;
      to[b] = value < 0 ? 0 : value > 65_535 ? 65_535 : value;
    }
  },
};

export const I16: Codec = {
  ...INTEGER,
  view: ({ buffer, byteOffset, length }) => new Int16Array(buffer, byteOffset, length / 2),
  decode(from: Int16Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a]!;
  },
  encode(values, count, to: Int16Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) {
      const value = values[i]!;
      to[b] = value < -32_768 ? -32_768 : value > 32_767 ? 32_767 : value;
    }
  },
};

export const U32: Codec = {
  ...INTEGER,
  view: ({ buffer, byteOffset, length }) => new Uint32Array(buffer, byteOffset, length / 4),
  decode(from: Uint32Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a]!;
  },
  encode(values, count, to: Uint32Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) {
      const value = values[i]!;
      to[b] = value < 0 ? 0 : value > 4_294_967_295 ? 4_294_967_295 : value;
    }
  },
};

export const I32: Codec = {
  ...INTEGER,
  view: ({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length / 4),
  decode(from: Int32Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a]!;
  },
  encode(values, count, to: Int32Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) {
      const value = values[i]!;
      to[b] = value < -2_147_483_648 ? -2_147_483_648 : value > 2_147_483_647 ? 2_147_483_647 : value;
    }
  },
};

/** Any byte but 0 is read as 1. Any number but 0 is written as 1, NaN too, as in ONNX's Cast. */
export const BOOL: Codec = {
  unitsPerOne: 0,
  hasFractions: false,
  isPlain: false,
  view: (bytes) => bytes,
  decode(from: Uint8Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a] === 0 ? 0 : 1;
  },
  encode(values, count, to: Uint8Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) to[b] = values[i] === 0 ? 0 : 1;
  },
};

/** Fixed point: 256ths in 16 bits. */
export const Q78: Codec = {
  unitsPerOne: 256,
  hasFractions: true,
  isPlain: false,
  view: (bytes) => I16.view(bytes),
  decode(from: Int16Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a]! / 256;
  },
  encode(values, count, to, t, step) {
    I16.encode(values, count, to, t, step);
  },
};
