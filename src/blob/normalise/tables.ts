import { DescError, describe } from "../../errors.ts";
import { toFloat16Bits } from "../formats/float16.ts";

/** What is done to the values of an image: `(value × scale − mean) ÷ std`. */
export interface NormaliseOptions {
  /** What every value is multiplied by first. Default: 1 / 255, from 0..255 to 0..1. 1 for means given in 0..255 */
  readonly scale?: number | undefined;
  /** Subtracted then; one for all channels, or one for each in the order of the target. Default: 0 */
  readonly mean?: number | readonly number[] | undefined;
  /** Divided by last; one for all channels, or one for each in the order of the target. Default: 1 */
  readonly std?: number | readonly number[] | undefined;
  /** Whether the target's channels are the source's from the last to the first: RGB from BGR. Default: false */
  readonly reverseChannels?: boolean | undefined;
}

/** The result for each of the 256 values of each channel: that of value `v` of channel `c` is at `c * 256 + v`. */
export interface Tables {
  readonly scale: number;
  readonly means: Float64Array;
  readonly stds: Float64Array;
  readonly floats: Float32Array;
  /** The same as FP16; made when they are first asked for, by {@link halvesOf}. */
  halves: Uint16Array | undefined;
}

/** Those of the last parameters: a program has the same ones for every frame. */
let last: Tables | undefined;

/**
 * The tables for parameters.
 *
 * @throws {DescError} when there is not a finite number for each channel, or a `std` is 0
 */
export function tablesFor(options: NormaliseOptions, channels: number): Tables {
  // What is equal to parameters that were checked needs no check.
  if (last === undefined || !isFor(last, options, channels)) {
    assertParameters(options, channels);
    last = makeTables(options, channels);
  }
  return last;
}

/** Rounded once, from the exact results. */
export function halvesOf(tables: Tables): Uint16Array {
  return (tables.halves ??= Uint16Array.from(tables.floats, (_, i) => toFloat16Bits(resultAt(tables, i))));
}

function assertParameters({ scale, mean, std }: NormaliseOptions, channels: number): void {
  if (scale !== undefined && !Number.isFinite(scale)) throw notFinite("scale", scale);
  assertList("mean", mean, channels);
  assertList("std", std, channels);
  for (let c = 0; c < channels; c++) {
    if (at(std, c, 1) === 0) throw new DescError(`std of channel ${c} is 0. Use 1 to leave values as they are.`);
  }
}

function isFor(tables: Tables, { scale = 1 / 255, mean, std }: NormaliseOptions, channels: number): boolean {
  if (tables.scale !== scale || tables.means.length !== channels) return false;
  if (!isLong(mean, channels) || !isLong(std, channels)) return false;
  for (let c = 0; c < channels; c++) {
    if (tables.means[c] !== at(mean, c, 0) || tables.stds[c] !== at(std, c, 1)) return false;
  }
  return true;
}

function isLong(value: number | readonly number[] | undefined, channels: number): boolean {
  return typeof value !== "object" || (Array.isArray(value) && value.length === channels);
}

function makeTables({ scale = 1 / 255, mean, std }: NormaliseOptions, channels: number): Tables {
  const length = channels * 256;
  const means = Float64Array.from({ length: channels }, (_, c) => at(mean, c, 0));
  const stds = Float64Array.from({ length: channels }, (_, c) => at(std, c, 1));
  const tables: Tables = { scale, means, stds, floats: new Float32Array(length), halves: undefined };
  for (let i = 0; i < length; i++) tables.floats[i] = resultAt(tables, i);
  return tables;
}

function resultAt({ scale, means, stds }: Tables, index: number): number {
  const channel = index >> 8;
  return ((index & 255) * scale - means[channel]!) / stds[channel]!;
}

function at(value: number | readonly number[] | undefined, channel: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  return typeof value === "number" ? value : value[channel]!;
}

function assertList(name: string, value: unknown, channels: number): void {
  if (value === undefined || Number.isFinite(value)) return;
  if (!Array.isArray(value)) throw notFinite(name, value);
  if (value.length !== channels) {
    throw new DescError(
      `${name} has ${value.length} entries, but the image has ${channels} channels. Give one for each, or one number for all.`,
    );
  }
  const wrong = value.findIndex((entry) => !Number.isFinite(entry));
  if (wrong >= 0) throw notFinite(`${name}[${wrong}]`, value[wrong]);
}

function notFinite(name: string, value: unknown): DescError {
  return new DescError(`${name} must be a finite number, not ${describe(value)}. Check where it was computed.`);
}
