import { FREE } from "../lib/trace.ts";
import type { Peer } from "../peers/peer.ts";
import type { Workload } from "./workload.ts";

/** Allocations and frees in order, as flat arrays: the loop draws no numbers, looks nothing up and makes no garbage. */
export interface Events {
  /** For each event the slot that the block is kept in. */
  readonly slots: Int32Array;
  /** For each event the bytes to allocate, or {@link FREE}. */
  readonly sizes: Int32Array;
}

/** How the events are cut up. */
export interface ProgramShape {
  /** Events at the start that are run once and not timed: they bring the peer to its steady state. Default: 0. */
  readonly setUp?: number;
  /** Events of one timed pass; the events after the set-up are a multiple of it. Default: all of them. */
  readonly eventsPerPass?: number;
}

/**
 * The one loop that drives every workload. It runs the set-up once, and then the other events again and again; those
 * must leave as many blocks alive, in the same slots, as they found. `native/replay.c` is the same loop in C.
 */
export class Program implements Workload {
  readonly events: Events;
  readonly setUp: number;
  readonly eventsPerPass: number;
  readonly slotCount: number;
  readonly pairsPerPass: number;
  readonly passesPerCycle: number;
  readonly peakBytes: number;
  /** Whether each pass begins and ends with nothing alive: a run that an allocator can record and plan. */
  readonly isRun: boolean;
  #slots: unknown[] = [];
  #cursor: number;

  /** @throws {RangeError} when the events cannot be repeated, or cannot be cut into passes */
  constructor(events: Events, { setUp = 0, eventsPerPass = events.sizes.length - setUp }: ProgramShape = {}) {
    const steps = events.sizes.length - setUp;
    if (steps % eventsPerPass !== 0) {
      throw new RangeError(`${steps} events are no multiple of ${eventsPerPass} per pass.`);
    }
    this.events = events;
    this.setUp = setUp;
    this.eventsPerPass = eventsPerPass;
    this.pairsPerPass = eventsPerPass / 2;
    this.passesPerCycle = steps / eventsPerPass;
    const { peakBytes, slotCount, isRun } = dryRun(events, setUp, eventsPerPass);
    this.peakBytes = peakBytes;
    this.slotCount = slotCount;
    this.isRun = isRun;
    this.#cursor = setUp;
  }

  prepare(peer: Peer<unknown>): void {
    this.#slots = Array.from({ length: this.slotCount }, () => peer.none);
    this.#play(peer, 0, this.setUp);
    this.#cursor = this.setUp;
  }

  pass(peer: Peer<unknown>, stride: number): void {
    const end = this.#cursor + this.eventsPerPass;
    if (this.isRun) peer.beginRun?.();
    if (stride === 0) this.#play(peer, this.#cursor, end);
    else this.#playWriting(peer, this.#cursor, end, stride);
    if (this.isRun) peer.endRun?.();
    this.#cursor = end === this.events.sizes.length ? this.setUp : end;
  }

  #play(peer: Peer<unknown>, begin: number, end: number): void {
    const { slots: slotOf, sizes } = this.events;
    const slots = this.#slots;
    for (let i = begin; i < end; i++) {
      const size = sizes[i]!;
      const slot = slotOf[i]!;
      if (size >= 0) {
        slots[slot] = peer.alloc(size);
      } else {
        peer.free(slots[slot]);
        slots[slot] = peer.none;
      }
    }
  }

  /** The same loop with the writes. Apart, so that what the compiler knows of the other one stays as it was. */
  #playWriting(peer: Peer<unknown>, begin: number, end: number, stride: number): void {
    const { slots: slotOf, sizes } = this.events;
    const slots = this.#slots;
    for (let i = begin; i < end; i++) {
      const size = sizes[i]!;
      const slot = slotOf[i]!;
      if (size >= 0) {
        const block = peer.alloc(size);
        peer.write(block, size, stride);
        slots[slot] = block;
      } else {
        peer.free(slots[slot]);
        slots[slot] = peer.none;
      }
    }
  }
}

/** Follows the events without a peer, the repeated part twice: the second starts from what the first left. */
function dryRun(
  { slots, sizes }: Events,
  setUp: number,
  eventsPerPass: number,
): { peakBytes: number; slotCount: number; isRun: boolean } {
  const live: number[] = [];
  let liveBytes = 0;
  let peakBytes = 0;
  let liveCount = 0;
  let isRun = setUp === 0;
  function play(begin: number, end: number): void {
    for (let i = begin; i < end; i++) {
      const slot = slots[i]!;
      const size = sizes[i]!;
      const held = live[slot] ?? FREE;
      if (size === FREE ? held === FREE : held !== FREE) {
        throw new RangeError(`Event ${i} ${size === FREE ? "frees" : "fills"} slot ${slot} a second time.`);
      }
      liveCount += size === FREE ? -1 : 1;
      liveBytes += size === FREE ? -held : size;
      live[slot] = size;
      peakBytes = Math.max(peakBytes, liveBytes);
      if ((i + 1 - setUp) % eventsPerPass === 0 && liveCount !== 0) isRun = false;
    }
  }
  play(0, setUp);
  const steady = liveCount;
  play(setUp, sizes.length);
  if (liveCount !== steady) throw new RangeError(`A cycle that starts with ${steady} blocks ends with ${liveCount}.`);
  play(setUp, sizes.length);
  return { peakBytes, slotCount: live.length, isRun };
}
