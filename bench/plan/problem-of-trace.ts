import type { PlanBuffer, PlanProblem } from "tensorheap/plan";
import { FREE } from "../lib/trace.ts";
import type { Trace } from "../lib/trace.ts";

/** The blocks of a trace as a planning problem: time is the index of the event, sizes are rounded up to 64 bytes. */
export function problemOfTrace({ slots, sizes, slotCount }: Trace): PlanProblem {
  const buffers: PlanBuffer[] = [];
  const begun = new Int32Array(slotCount);
  for (let event = 0; event < slots.length; event++) {
    const slot = slots[event]!;
    if (sizes[event] !== FREE) {
      begun[slot] = event;
      continue;
    }
    const lower = begun[slot]!;
    buffers.push({ id: lower, lower, upper: event, size: Math.ceil(sizes[lower]! / 64) * 64 });
  }
  return { buffers };
}
