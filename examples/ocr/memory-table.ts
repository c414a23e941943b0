/** What each way of doing the job cost, side by side. */
import Table from "cli-table3";

/** Per reading of the image, except where said. Bytes in bytes. */
export interface Cost {
  readonly tensors: number;
  readonly tensorBytes: number;
  /** Left out where nobody can say: arrays live until the garbage collector has looked. */
  readonly peakBytes?: number;
  readonly liveBytes?: number;
  readonly footprintBytes?: number;
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
  row("  memory used for them", (cost) => bytes(cost.footprintBytes));
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

function bytes(value: number | undefined): string {
  if (value === undefined) return NOBODY_KNOWS;
  return value === 0 ? "0" : `${(value / 1e6).toFixed(1)} MB`;
}
