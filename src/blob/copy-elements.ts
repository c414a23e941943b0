import { DescError } from "../errors.ts";
import { axesOf, stepTo } from "./axis.ts";
import type { Axis } from "./axis.ts";
import { sameList, showList } from "./integers.ts";
import type { TensorDesc } from "./tensor-desc.ts";

/** Copies the elements along the innermost axis, from offset `s` of the source to offset `t` of the target. */
type CopyRun = (s: number, t: number) => void;
type Words = Uint8Array | Uint16Array | Uint32Array;

/** A run of at least so many contiguous words is copied by the runtime: below, the call costs more than the loop. */
const LONG_RUN = 64;

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
  const { blocking } = sourceDesc;
  if (blocking.isPacked && blocking.equals(targetDesc.blocking)) {
    target.set(source);
  } else if (sourceDesc.size > 0) {
    const from = overlap(source, target) ? source.slice() : source;
    const axes = axesOf(sourceDesc, targetDesc);
    const run = copyRun(from, target, axes.at(-1)!, sourceDesc);
    walk(
      axes,
      0,
      sourceDesc.blocking.offsetOf(origin(sourceDesc)),
      targetDesc.blocking.offsetOf(origin(targetDesc)),
      run,
    );
  }
}

/** @throws {DescError} when dims or precision differ, or when just one of the layouts is ANY */
export function assertCopyable(source: TensorDesc, target: TensorDesc): void {
  if (!source.precision.equals(target.precision)) {
    throw new DescError(
      `${source.toString()} cannot be copied to ${target.toString()}: the precisions differ. Convert the source first.`,
    );
  }
  if (!sameList(source.dims, target.dims)) {
    throw new DescError(
      `Elements of dims ${showList(source.dims)} cannot be copied to dims ${showList(target.dims)}. Use equal dims.`,
    );
  }
  if ((source.layout === "ANY") !== (target.layout === "ANY")) {
    throw new DescError(
      `${source.toString()} cannot be copied to ${target.toString()}: ANY does not say where elements lie. Choose a layout.`,
    );
  }
}

/** Calls `run` for each position of the outer axes. */
function walk(axes: readonly Axis[], depth: number, s: number, t: number, run: CopyRun): void {
  if (depth === axes.length - 1) {
    run(s, t);
    return;
  }
  const { extent, source, target } = axes[depth]!;
  for (let i = 0; i < extent; i++) walk(axes, depth + 1, s + stepTo(source, i), t + stepTo(target, i), run);
}

function copyRun(source: Uint8Array, target: Uint8Array, axis: Axis, desc: TensorDesc): CopyRun {
  const { bits, elementSize } = desc.precision;
  if (bits % 8 !== 0) return bitRun(source, target, axis, bits, desc.precision.kind === "BIN");
  const wordBytes = wordFor(elementSize, source.byteOffset, target.byteOffset);
  const from = wordsOf(source, wordBytes);
  const to = wordsOf(target, wordBytes);
  const words = elementSize / wordBytes;
  const length = axis.extent * words;
  if (axis.source === 1 && axis.target === 1 && length >= LONG_RUN) {
    return (s, t) => to.set(from.subarray(s * words, s * words + length), t * words);
  }
  return wordRun(from, to, axis, words);
}

function wordRun(from: Words, to: Words, { extent, source, target }: Axis, words: number): CopyRun {
  if (words === 1 && typeof source === "number" && typeof target === "number") {
    return (s, t) => {
      for (let i = 0, a = s, b = t; i < extent; i++, a += source, b += target) to[b] = from[a]!;
    };
  }
  return (s, t) => {
    for (let i = 0; i < extent; i++) {
      const a = (s + stepTo(source, i)) * words;
      const b = (t + stepTo(target, i)) * words;
      for (let word = 0; word < words; word++) to[b + word] = from[a + word]!;
    }
  };
}

/** Bit by bit. Packed elements start at the lowest bit of a byte, those of BIN at the highest, as in OpenVINO. */
function bitRun(
  from: Uint8Array,
  to: Uint8Array,
  { extent, source, target }: Axis,
  bits: number,
  highFirst: boolean,
): CopyRun {
  const maskOf = (bit: number): number => (highFirst ? 0x80 >> (bit % 8) : 1 << (bit % 8));
  return (s, t) => {
    for (let i = 0; i < extent; i++) {
      const a = (s + stepTo(source, i)) * bits;
      const b = (t + stepTo(target, i)) * bits;
      for (let bit = 0; bit < bits; bit++) {
        const isSet = (from[Math.floor((a + bit) / 8)]! & maskOf(a + bit)) !== 0;
        const index = Math.floor((b + bit) / 8);
        to[index] = isSet ? to[index]! | maskOf(b + bit) : to[index]! & ~maskOf(b + bit);
      }
    }
  };
}

/** The largest word that elements and both memories are multiples of. */
function wordFor(elementSize: number, ...offsets: number[]): 1 | 2 | 4 {
  const fits = (bytes: number): boolean => [elementSize, ...offsets].every((value) => value % bytes === 0);
  if (fits(4)) return 4;
  return fits(2) ? 2 : 1;
}

function wordsOf(bytes: Uint8Array, wordBytes: 1 | 2 | 4): Words {
  if (wordBytes === 1) return bytes;
  const { buffer, byteOffset } = bytes;
  const length = bytes.byteLength / wordBytes;
  return wordBytes === 4 ? new Uint32Array(buffer, byteOffset, length) : new Uint16Array(buffer, byteOffset, length);
}

function overlap(a: Uint8Array, b: Uint8Array): boolean {
  if (a.buffer !== b.buffer) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

function origin(desc: TensorDesc): readonly number[] {
  return desc.dims.map(() => 0);
}
