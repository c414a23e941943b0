/** What each way of doing the job cost, side by side. */
import Table from "cli-table3";

/** What the models compute with, weights included, where it comes out of our heap. */
export interface EngineCost {
  /** Per reading of the image. */
  readonly blocks: number;
  readonly blockBytes: number;
  readonly peakBytes: number;
  readonly liveBytes: number;
}

/** Per reading of the image, except where said. Bytes in bytes. */
export interface Cost {
  readonly tensors: number;
  readonly tensorBytes: number;
  /** Left out where nobody can say: arrays live until the garbage collector has looked. */
  readonly peakBytes?: number;
  readonly liveBytes?: number;
  /** Of the heap, with what the models compute with where that is in it. */
  readonly footprintBytes?: number;
  /** Undefined where the engine has memory of its own. */
  readonly engine?: EngineCost | undefined;
  readonly locks: number;
  readonly copies: number;
  readonly copiedBytes: number;
  /** Bytes of arrays that only the garbage collector can give back, and how many of them were there at once. */
  readonly garbageBytes: number;
  readonly arrayBytes: number;
  readonly collections: number;
  readonly collectionMilliseconds: number;
  readonly milliseconds: number;
}

const NOBODY_KNOWS = "until collected";
const NOT_TOLD = "not told";

export function memoryTable(blobs: Cost, arrays: Cost): string {
  const table = new Table({
    head: ["for one reading", "blobs", "fresh arrays"],
    colAligns: ["left", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  const row = (label: string, show: (cost: Cost) => string): void => {
    table.push([label, show(blobs), show(arrays)]);
  };
  row("tensors and buffers", (cost) => `${cost.tensors}`);
  row("  bytes asked for", (cost) => bytes(cost.tensorBytes));
  row("  most alive at once", (cost) => bytes(cost.peakBytes));
  row("  alive afterwards", (cost) => bytes(cost.liveBytes));
  row("what the models compute with", ({ engine }) =>
    engine === undefined ? "in their arena" : `${engine.blocks} blocks`,
  );
  row("  bytes asked for", ({ engine }) => bytes(engine?.blockBytes, NOT_TOLD));
  row("  most alive at once", ({ engine }) => bytes(engine?.peakBytes, NOT_TOLD));
  row("  weights", ({ engine }) => bytes(engine?.liveBytes, NOT_TOLD));
  row("memory used, all in all", (cost) => (cost.engine === undefined ? NOT_TOLD : bytes(cost.footprintBytes)));
  row("  but for the models", (cost) => (cost.engine === undefined ? bytes(cost.footprintBytes) : "the same heap"));
  row("locks", (cost) => `${cost.locks}`);
  row("tensors copied", (cost) => `${cost.copies}`);
  row("  bytes copied", (cost) => bytes(cost.copiedBytes));
  row("arrays left to the collector", (cost) => bytes(cost.garbageBytes));
  row("  most at once", (cost) => bytes(cost.arrayBytes));
  row("garbage collections", (cost) => cost.collections.toFixed(1));
  row("  their time", (cost) => `${cost.collectionMilliseconds.toFixed(1)} ms`);
  row("time", (cost) => `${cost.milliseconds.toFixed(0)} ms`);
  return table.toString();
}

function bytes(value: number | undefined, unknown: string = NOBODY_KNOWS): string {
  if (value === undefined) return unknown;
  if (value === 0) return "0";
  return value < 2 ** 20 ? `${Math.ceil(value / 1024)} KiB` : `${(value / 2 ** 20).toFixed(1)} MiB`;
}
