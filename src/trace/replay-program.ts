import { LockOp } from "../allocator.ts";
import type { TraceEvent } from "./event.ts";

/** The calls of a replay. */
export const ReplayCall: {
  readonly ALLOC: 0;
  readonly FREE: 1;
  readonly LOCK_FOR_READ: 2;
  readonly LOCK_FOR_WRITE: 3;
  readonly UNLOCK: 4;
} = { ALLOC: 0, FREE: 1, LOCK_FOR_READ: 2, LOCK_FOR_WRITE: 3, UNLOCK: 4 };

/**
 * A trace as flat arrays that a loop can replay without a look-up, one entry per call. Whatever the trace is like, the
 * calls make sense: nothing is freed while it is locked, and everything is freed in the end.
 */
export interface ReplayProgram {
  /** A {@link ReplayCall} each. */
  readonly calls: Uint8Array;
  /** The slot that the block is kept in, from 0 to `slotCount` - 1; a slot is used again once its block was freed. */
  readonly slots: Int32Array;
  /** Of an alloc: its bytes. 0 otherwise. */
  readonly sizes: Float64Array;
  /** The most blocks that are alive at once. */
  readonly slotCount: number;
  /** The most bytes that are alive at once. */
  readonly peakBytes: number;
  /** Blocks that the trace leaves alive; they are freed by the last calls. */
  readonly freedAtEnd: number;
}

interface SlotOfBlock {
  readonly slot: number;
  readonly size: number;
  locks: number;
}

/** Lays a trace out. What the trace says of blocks that are not alive is left out. */
export function replayProgram(events: Iterable<TraceEvent>, withLocks: boolean): ReplayProgram {
  const calls: number[] = [];
  const slots: number[] = [];
  const sizes: number[] = [];
  const live = new Map<number, SlotOfBlock>();
  const unused: number[] = [];
  let slotCount = 0;
  let liveBytes = 0;
  let peakBytes = 0;

  function add(call: number, slot: number, size = 0): void {
    calls.push(call);
    slots.push(slot);
    sizes.push(size);
  }

  function free(id: number, block: SlotOfBlock): void {
    for (; block.locks > 0; block.locks--) add(ReplayCall.UNLOCK, block.slot);
    add(ReplayCall.FREE, block.slot);
    live.delete(id);
    unused.push(block.slot);
    liveBytes -= block.size;
  }

  for (const event of events) {
    if (event.op === "m") continue;
    const block = live.get(event.id);
    if (event.op === "a") {
      if (block !== undefined) free(event.id, block);
      const slot = unused.pop() ?? slotCount++;
      live.set(event.id, { slot, size: event.size, locks: 0 });
      liveBytes += event.size;
      peakBytes = Math.max(peakBytes, liveBytes);
      add(ReplayCall.ALLOC, slot, event.size);
    } else if (block !== undefined && event.op === "f") {
      free(event.id, block);
    } else if (block !== undefined && withLocks) {
      if (event.op === "l") {
        block.locks++;
        add(event.mode === "r" ? ReplayCall.LOCK_FOR_READ : ReplayCall.LOCK_FOR_WRITE, block.slot);
      } else if (block.locks > 0) {
        block.locks--;
        add(ReplayCall.UNLOCK, block.slot);
      }
    }
  }
  const freedAtEnd = live.size;
  for (const [id, block] of live) free(id, block);
  return {
    calls: Uint8Array.from(calls),
    slots: Int32Array.from(slots),
    sizes: Float64Array.from(sizes),
    slotCount,
    peakBytes,
    freedAtEnd,
  };
}

/** The `LockOp` of a call that locks. */
export function lockOpOf(call: number): LockOp {
  return call === ReplayCall.LOCK_FOR_READ ? LockOp.LOCK_FOR_READ : LockOp.LOCK_FOR_WRITE;
}
