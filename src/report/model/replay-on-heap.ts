import type { Handle } from "../../allocator.ts";
import { HeapAllocator } from "../../allocators/heap.ts";
import { GRANULE, granulesOf } from "../../heap/granule.ts";
import { growableFloats, growableInts } from "./growable.ts";
import type { BlockTable, HeapReplay, Segment } from "./report-model.ts";
import { timetable } from "./timetable.ts";

/** How the footprint grew: from this event on, so many bytes. */
export interface Growth {
  readonly event: Int32Array;
  readonly bytes: Float64Array;
}

/** Granules of a region that blocks were ever in: from its start up, and from its end down. */
interface Extent {
  readonly capacity: number;
  up: number;
  down: number;
}

/**
 * Makes the calls of a trace on a fresh heap, and notes where each block came to lie.
 *
 * A lock gives a view: its buffer is the region, its offset the place. Nothing is written, so that no page is touched.
 */
export function replayOnHeap(
  blocks: Omit<BlockTable, "region" | "granule">,
  events: number,
): { blocks: BlockTable; replay: HeapReplay; growth: Growth } {
  const { count, size, from } = blocks;
  const region = new Int16Array(count).fill(-1);
  const granule = new Int32Array(count);
  const heap = new HeapAllocator();
  const handles = new Int32Array(count).fill(-1);
  const numbers = new Map<ArrayBufferLike, number>();
  const extents: Extent[] = [];
  const endOf = timetable(blocks, events);
  const growthEvent = growableInts();
  const growthBytes = growableFloats();
  let footprint = 0;
  let unplaced = 0;
  // The smallest size refused since anything was freed: until then, no larger one can be had either.
  let refused = Infinity;
  let unplacedBecause = "";
  for (let event = 0, next = 0; event < events; event++) {
    for (let block = endOf.first(event); block >= 0; block = endOf.next(block)) {
      if (handles[block]! < 0) continue;
      heap.free(handles[block] as Handle);
      refused = Infinity;
    }
    if (next === count || from[next] !== event) continue;
    const block = next++;
    if (size[block]! >= refused) {
      unplaced++;
      continue;
    }
    try {
      const handle = heap.alloc(size[block]!);
      const view = heap.lock(handle);
      handles[block] = handle;
      region[block] = regionOf(view.buffer);
      granule[block] = view.byteOffset / GRANULE;
      heap.unlock(handle);
    } catch (error) {
      unplaced++;
      refused = size[block]!;
      if (unplacedBecause === "") unplacedBecause = error instanceof Error ? error.message : String(error);
      continue;
    }
    widen(extents[region[block]]!, granule[block], granule[block] + granulesOf(size[block]!));
    if (heap.footprintBytes === footprint) continue;
    footprint = heap.footprintBytes;
    growthEvent.push(event);
    growthBytes.push(footprint);
  }
  return {
    blocks: { ...blocks, region, granule },
    replay: { footprintBytes: footprint, segments: extents.flatMap(segmentsOf), unplaced, unplacedBecause },
    growth: { event: growthEvent.take(), bytes: growthBytes.take() },
  };

  function regionOf(buffer: ArrayBufferLike): number {
    const known = numbers.get(buffer);
    if (known !== undefined) return known;
    const capacity = Math.floor(buffer.byteLength / GRANULE);
    numbers.set(buffer, extents.length);
    extents.push({ capacity, up: 0, down: capacity });
    return extents.length - 1;
  }
}

/** Both zones of a region grow towards each other, so what is new belongs to the nearer one. */
function widen(extent: Extent, from: number, to: number): void {
  if (to <= extent.up || from >= extent.down) return;
  if (from - extent.up <= extent.down - to) extent.up = to;
  else extent.down = from;
}

function segmentsOf({ up, down, capacity }: Extent, region: number): Segment[] {
  const segments: Segment[] = [];
  if (up > 0) segments.push({ region, from: 0, to: up, down: false });
  if (down < capacity) segments.push({ region, from: down, to: capacity, down: true });
  return segments;
}
