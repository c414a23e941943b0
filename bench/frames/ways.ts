import { HeapAllocator, PlannedAllocator, createBlob } from "tensorheap";
import { toPlanes } from "./to-planes.ts";

/** A way to have memory for each frame's planes. */
export interface Way {
  /** Short and unique; shown in the table. */
  readonly id: string;
  readonly note: string;
  /** Makes what takes a frame and gives back one of its values, so that the planes are read once. */
  start(dims: readonly [1, 3, number, number]): (pixels: Uint8Array) => number;
}

/** The way that the others are compared with. */
export const FRESH: string = "fresh Float32Array";

/** Every way, in the order of the table. */
export const WAYS: readonly Way[] = [
  {
    id: FRESH,
    note: "a new array for each frame, which the collector takes away when it gets to it",
    start: ([, channels, height, width]) => {
      const elements = channels * height * width;
      return (pixels) => {
        const planes = new Float32Array(elements);
        toPlanes(pixels, planes);
        return planes[elements - 1]!;
      };
    },
  },
  {
    id: "a blob per frame",
    note: "created in a HeapAllocator, mapped, and deallocated, for each frame",
    start: (dims) => {
      const allocator = new HeapAllocator();
      return (pixels) => {
        const blob = createBlob({ precision: "FP32", dims, layout: "NCHW" }, { allocator });
        const map = blob.wmap();
        toPlanes(pixels, map.data);
        const last = map.data[map.data.length - 1]!;
        map.dispose();
        blob.deallocate();
        return last;
      };
    },
  },
  {
    id: "a planned blob per frame",
    note: "the same in a PlannedAllocator, one run per frame",
    start: (dims) => {
      const allocator = new PlannedAllocator();
      return (pixels) => {
        allocator.beginRun();
        const blob = createBlob({ precision: "FP32", dims, layout: "NCHW" }, { allocator });
        const map = blob.wmap();
        toPlanes(pixels, map.data);
        const last = map.data[map.data.length - 1]!;
        map.dispose();
        blob.deallocate();
        allocator.endRun();
        return last;
      };
    },
  },
  {
    id: "one blob, reused",
    note: "created once, mapped for each frame",
    start: (dims) => {
      const blob = createBlob({ precision: "FP32", dims, layout: "NCHW" }, { allocator: new HeapAllocator() });
      return (pixels) => {
        const map = blob.wmap();
        toPlanes(pixels, map.data);
        const last = map.data[map.data.length - 1]!;
        map.dispose();
        return last;
      };
    },
  },
];
