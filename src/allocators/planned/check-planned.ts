import { CorruptionError } from "../../errors.ts";
import { BELOW, LOCKS, PLANNED, STEP } from "../../heap/planned-layout.ts";
import type { PlannedSlots } from "../../heap/planned-slots.ts";
import type { RunPlan } from "../../plan/run-plan.ts";

/** What a planned allocator counts. */
interface Counts {
  readonly bytes: number;
  readonly count: number;
  readonly placesInUse: number;
  readonly lockedCount: number;
  readonly planBytes: number;
}

/** Verifies that places in use do not overlap, and that counts are what the slots say. @throws {CorruptionError} */
export function checkPlanned(slots: PlannedSlots, plan: RunPlan | undefined, counts: Counts): void {
  let [bytes, count, locked] = [0, 0, 0];
  const places: { readonly start: number; readonly end: number }[] = [];
  slots.forEachLive((slot) => {
    const { words } = slots;
    count++;
    if (words[slot + LOCKS]! > 0) locked++;
    if (words[slot + BELOW] !== PLANNED) {
      bytes += slots.sizeOf(slot);
      return;
    }
    const step = words[slot + STEP]!;
    const start = plan?.offsets[step] ?? -1;
    const size = plan?.sizes[step] ?? 0;
    require(start >= 0 && start + size <= counts.planBytes, `step ${step} has its place outside of the plan's memory`);
    bytes += size;
    places.push({ start, end: start + size });
  });
  places.sort((a, b) => a.start - b.start || a.end - b.end);
  for (let i = 1; i < places.length; i++) {
    require(places[i]!.start >= places[i - 1]!.end, `two blocks share the byte ${places[i]!.start} of the plan`);
  }
  require(places.length === counts.placesInUse, `${counts.placesInUse} places count as used, ${places.length} are`);
  require(count === counts.count, `${counts.count} handles are counted live, ${count} are`);
  require(bytes === counts.bytes, `${counts.bytes} bytes are counted live, ${bytes} are`);
  require(locked === counts.lockedCount, `${counts.lockedCount} handles are counted locked, ${locked} are`);
}

function require(holds: boolean, finding: string): void {
  if (holds) return;
  throw new CorruptionError(
    `The planned allocator is broken: ${finding}. Please report this with the calls before it.`,
  );
}
