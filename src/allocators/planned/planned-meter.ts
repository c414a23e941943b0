/**
 * What a planned allocator counts. While a plan is replayed, nothing is counted: where the replay stands says it all, and
 * the sums along the plan were made with it. They are taken over when somebody asks, or something else changes.
 */
import type { RunPlan } from "../../plan/run-plan.ts";

export class PlannedMeter {
  /** Without the places in use of a plan that is replayed. */
  liveBytes = 0;
  liveCount = 0;
  peakBytes = 0;
  peakCount = 0;
  totalBytes = 0;
  totalCount = 0;

  allocate(size: number, plan: RunPlan | undefined, cursor: number): void {
    this.liveBytes += size;
    this.liveCount++;
    this.totalBytes += size;
    this.totalCount++;
    this.#raise(plan?.liveBytes[cursor] ?? 0, plan?.liveCount[cursor] ?? 0);
  }

  free(size: number): void {
    this.liveBytes -= size;
    this.liveCount--;
  }

  /** Counts what a replay did from event `from` up to event `to`, while nothing else changed. */
  replayed(plan: RunPlan, from: number, to: number): void {
    if (from === 0 && to === plan.recorded.length) {
      this.totalBytes += plan.totalBytes;
      this.totalCount += plan.totalCount;
      this.#raise(plan.peakBytes, plan.peakCount);
      return;
    }
    for (let i = from; i < to; i++) {
      if (!plan.allocatesPlace(i)) continue;
      this.totalBytes += plan.recorded[i]!;
      this.totalCount++;
      this.#raise(plan.liveBytes[i + 1]!, plan.liveCount[i + 1]!);
    }
  }

  #raise(bytes: number, count: number): void {
    this.peakBytes = Math.max(this.peakBytes, this.liveBytes + bytes);
    this.peakCount = Math.max(this.peakCount, this.liveCount + count);
  }
}
