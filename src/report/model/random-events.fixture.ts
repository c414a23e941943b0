import type { TraceEvent } from "../../trace/event.ts";

/** Random small traces: ids used again, frees of nothing, allocations over live ids, locks, marks, cuts. */
export function randomEvents(seed: number): TraceEvent[] {
  let state = seed * 7919 + 1;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const sizes = [0, 1, 63, 64, 65, 1000, 4096, 70_000];
  const events: TraceEvent[] = [];
  const length = random(60);
  for (let at = 0, t = 0; at < length; at++) {
    t += random(100) / 8;
    const id = random(8);
    const kind = random(12);
    if (kind < 5) events.push({ op: "a", id, size: sizes[random(sizes.length)]!, t, ...labelOf(random(4)) });
    else if (kind < 8) events.push({ op: "f", id, t });
    else if (kind < 9) events.push({ op: "m", phase: `phase ${random(3)}`, t });
    else if (kind < 11) events.push({ op: "l", id, t, ...(random(2) === 0 ? { mode: "r" as const } : {}) });
    else events.push({ op: "u", id, t });
  }
  return events;
}

function labelOf(number: number): { label?: string } {
  return number === 0 ? {} : { label: `label ${number}` };
}
