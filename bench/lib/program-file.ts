import type { Program } from "../workloads/program.ts";

const VERSION = 1;
const HEADER = 5;

/** A program in the form that native/replay.c reads; int32 in the machine's own byte order. */
export function encodeProgram({ events, setUp, eventsPerPass, slotCount }: Program): Uint8Array {
  const { slots, sizes } = events;
  const words = new Int32Array(HEADER + 2 * sizes.length);
  words.set([VERSION, setUp, eventsPerPass, sizes.length, slotCount]);
  for (let i = 0; i < sizes.length; i++) {
    words[HEADER + 2 * i] = slots[i]!;
    words[HEADER + 2 * i + 1] = sizes[i]!;
  }
  return new Uint8Array(words.buffer);
}
