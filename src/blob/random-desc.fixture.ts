/** Random tensors for the differential tests: every layout that a desc can have. */
import type { BlockingDescLike } from "./blocking-desc.ts";
import { Layout } from "./layout.ts";
import type { LayoutName } from "./layout.ts";
import type { PrecisionLike } from "./precision.ts";
import { TensorDesc } from "./tensor-desc.ts";

/** Draws everything that one case needs from one number. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** In [0, 1): Steele, Lea and Flood's mixing of a counter, as it is done in 32 bits. */
  next(): number {
    this.#state = (this.#state + 0x9e37_79b9) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** From 0 to `end - 1`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((value) => ({ value, key: this.next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ value }) => value);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

/** Mostly few elements in many dims; now and then rows that are long enough for the loops that handle several at once. */
export function randomDims(random: Random): number[] {
  if (random.chance(0.06)) return random.pick([[1, 3, 5, 29], [1, 4, 3, 40], [3, 130], [150, 2], [1, 2, 3, 70], [200]]);
  const rank = random.below(6);
  return Array.from({ length: rank }, () => (random.chance(0.02) ? 0 : 1 + random.below(rank > 3 ? 3 : 5)));
}

/** A desc of those dims in a layout by name, or in a permutation with blocks, strides and paddings. */
export function randomDesc(random: Random, precision: PrecisionLike, dims: readonly number[]): TensorDesc {
  if (random.chance(0.5)) {
    const names = Object.keys(Layout) as LayoutName[];
    return new TensorDesc(precision, dims, random.pick(names.filter((name) => takes(name, dims.length))));
  }
  return new TensorDesc(precision, dims, randomBlocking(random, dims));
}

function takes(name: LayoutName, rank: number): boolean {
  const { order } = Layout[name];
  return name === "BLOCKED" || order?.length === rank;
}

function randomBlocking(random: Random, dims: readonly number[]): BlockingDescLike {
  const blocks = random.shuffled(dims.map((extent, dim) => ({ dim, extent })));
  for (let splits = random.below(3); splits > 0 && dims.length > 0; splits--) splitOne(random, blocks);
  const strides: number[] = [];
  let least = 1;
  const isStrided = random.chance(0.5);
  for (const { extent } of blocks.toReversed()) {
    const stride = least + (isStrided ? random.below(3) : 0);
    strides.unshift(stride);
    least = Math.max(stride * extent, 1);
  }
  const isPadded = random.chance(0.3);
  return {
    blockDims: blocks.map(({ extent }) => extent),
    order: blocks.map(({ dim }) => dim),
    strides,
    offsetPadding: isPadded ? random.below(5) : 0,
    offsetPaddingToData: blocks.map(() => (isPadded ? random.below(2) : 0)),
  };
}

/** Makes of a block two, the inner one somewhere further inside. Its extent need not divide the dim. */
function splitOne(random: Random, blocks: { dim: number; extent: number }[]): void {
  const at = random.below(blocks.length);
  const outer = blocks[at]!;
  const extent = 1 + random.below(5);
  blocks[at] = { dim: outer.dim, extent: Math.ceil(outer.extent / extent) };
  blocks.splice(at + 1 + random.below(blocks.length - at), 0, { dim: outer.dim, extent });
}
