/** Does the job in blobs and in fresh arrays by turns, and says what each cost. */
import type { HeapAllocator, Statistics, StatisticsAdaptor } from "tensorheap";
import type { Reading } from "./ctc.ts";
import { FreshArrays } from "./fresh-arrays.ts";
import type { Image } from "./image.ts";
import { measure, median } from "./measure.ts";
import type { Measurement } from "./measure.ts";
import type { Cost, EngineCost } from "./memory-table.ts";
import { read } from "./read.ts";
import type { Models } from "./read.ts";

export interface Comparison {
  readonly blobs: Cost;
  readonly arrays: Cost;
  /** Whether every line and every confidence is the same. */
  readonly sameReading: boolean;
}

/** Where the blobs of the job are, and, where the engine lets us, those of the models. Both are in the heap. */
export interface Memory {
  readonly heap: HeapAllocator;
  readonly job: StatisticsAdaptor;
  readonly engine: StatisticsAdaptor;
  /** Whether the models compute in `engine`. */
  readonly isNative: boolean;
}

/** Each way reads the image once to warm up, then `rounds` times by turns; costs are means, times are medians. */
export async function compare(
  models: Models,
  { heap, job, engine, isNative }: Memory,
  image: Image,
  rounds: number,
): Promise<Comparison> {
  await using fresh = await FreshArrays.load();
  await read(models, image, job);
  await fresh.read(image);

  const engineBefore = engine.statistics;
  const blobsBefore = countBlobs(models, job);
  const arraysBefore = { ...fresh.tally };
  const inBlobs: Measurement<Reading[]>[] = [];
  const inArrays: Measurement<Reading[]>[] = [];
  for (let round = 0; round < rounds; round++) {
    inBlobs.push(await measure(() => read(models, image, job)));
    inArrays.push(await measure(() => fresh.read(image)));
  }

  const blobs = perRound(blobsBefore, countBlobs(models, job), rounds);
  const arrays = perRound(arraysBefore, fresh.tally, rounds);
  const { footprintBytes } = heap.stats();
  const { peak: peakBytes, current: liveBytes } = job.statistics.bytes;
  return {
    blobs: {
      ...blobs,
      ...timing(inBlobs),
      peakBytes,
      liveBytes,
      footprintBytes,
      engine: isNative ? engineCost(engineBefore, engine.statistics, rounds) : undefined,
      // What onnxruntime-node returns is an array of its own, even where the result was written to a blob.
      garbageBytes: blobs.copiedBytes,
    },
    arrays: { ...arrays, ...timing(inArrays), garbageBytes: arrays.tensorBytes },
    sameReading: inBlobs.every(({ value }, round) => isEqual(value, inArrays[round]!.value)),
  };
}

function engineCost(before: Statistics, after: Statistics, rounds: number): EngineCost {
  return {
    blocks: (after.count.total - before.count.total) / rounds,
    blockBytes: (after.bytes.total - before.bytes.total) / rounds,
    peakBytes: after.bytes.peak,
    liveBytes: after.bytes.current,
  };
}

interface Counts {
  readonly tensors: number;
  readonly tensorBytes: number;
  readonly locks: number;
  readonly copies: number;
  readonly copiedBytes: number;
}

function countBlobs({ detector, recogniser }: Models, { statistics, locks }: StatisticsAdaptor): Counts {
  const copies = detector.copies + recogniser.copies;
  const copiedBytes = detector.copiedBytes + recogniser.copiedBytes;
  const { count, bytes } = statistics;
  return { tensors: count.total, tensorBytes: bytes.total, locks, copies, copiedBytes };
}

function perRound(before: Counts, after: Counts, rounds: number): Counts {
  return {
    tensors: (after.tensors - before.tensors) / rounds,
    tensorBytes: (after.tensorBytes - before.tensorBytes) / rounds,
    locks: (after.locks - before.locks) / rounds,
    copies: (after.copies - before.copies) / rounds,
    copiedBytes: (after.copiedBytes - before.copiedBytes) / rounds,
  };
}

function timing(
  rounds: readonly Measurement<unknown>[],
): Pick<Cost, "milliseconds" | "collections" | "collectionMilliseconds" | "arrayBytes"> {
  return {
    milliseconds: median(rounds.map((round) => round.milliseconds)),
    collections: mean(rounds.map((round) => round.collections)),
    collectionMilliseconds: mean(rounds.map((round) => round.collectionMilliseconds)),
    arrayBytes: mean(rounds.map((round) => round.arrayBytes)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function isEqual(a: readonly Reading[], b: readonly Reading[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ text, confidence }, i) => text === b[i]!.text && confidence === b[i]!.confidence)
  );
}
