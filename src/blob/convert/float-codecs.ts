import { fromBfloat16Bits, toBfloat16Bits } from "../formats/bfloat16.ts";
import { fromFloat16Bits, toFloat16Bits } from "../formats/float16.ts";
import type { Codec } from "./codec.ts";

const PLAIN = { unitsPerOne: 0, hasFractions: true, isPlain: true } as const;
const BITS = { ...PLAIN, isPlain: false } as const;

export const FP64: Codec = {
  ...PLAIN,
  view: ({ buffer, byteOffset, length }) => new Float64Array(buffer, byteOffset, length / 8),
  decode(from: Float64Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a]!;
  },
  encode(values, count, to: Float64Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) to[b] = values[i]!;
  },
};

export const FP32: Codec = {
  ...PLAIN,
  view: ({ buffer, byteOffset, length }) => new Float32Array(buffer, byteOffset, length / 4),
  decode(from: Float32Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = from[a]!;
  },
  encode(values, count, to: Float32Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) to[b] = values[i]!;
  },
};

export const FP16: Codec = {
  ...BITS,
  view: ({ buffer, byteOffset, length }) => new Uint16Array(buffer, byteOffset, length / 2),
  decode(from: Uint16Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = fromFloat16Bits(from[a]!);
  },
  encode(values, count, to: Uint16Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) to[b] = toFloat16Bits(values[i]!);
  },
};

export const BF16: Codec = {
  ...BITS,
  view: ({ buffer, byteOffset, length }) => new Uint16Array(buffer, byteOffset, length / 2),
  decode(from: Uint16Array, s, step, count, values) {
    for (let i = 0, a = s; i < count; i++, a += step) values[i] = fromBfloat16Bits(from[a]!);
  },
  encode(values, count, to: Uint16Array, t, step) {
    for (let i = 0, b = t; i < count; i++, b += step) to[b] = toBfloat16Bits(values[i]!);
  },
};
