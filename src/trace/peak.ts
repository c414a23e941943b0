import type { TraceEvent } from "./event.ts";
import { LiveBlocks } from "./live-blocks.ts";

/** When most bytes were alive. */
export interface TracePeak {
  readonly bytes: number;
  /** Events up to and with the one that reached it first; 0 when nothing was ever alive. */
  readonly events: number;
}

/** Finds the first moment at which most bytes are alive. */
export function findPeak(events: readonly TraceEvent[]): TracePeak {
  const live = new LiveBlocks();
  let bytes = 0;
  let count = 0;
  for (let index = 0; index < events.length; index++) {
    live.apply(events[index]!, index);
    if (live.bytes <= bytes) continue;
    bytes = live.bytes;
    count = index + 1;
  }
  return { bytes, events: count };
}
