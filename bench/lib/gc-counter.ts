import { constants, PerformanceObserver } from "node:perf_hooks";
import type { PerformanceEntry } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

/** What the collector did in a stretch of time. */
export interface Collected {
  /** Garbage collections, young and full, that began in it. */
  readonly collections: number;
  /** Milliseconds that the collector stopped the program for, in these and in incremental steps. */
  readonly collectionMs: number;
}

/** Watches the collector from its making on. */
export class GcCounter {
  readonly #entries: PerformanceEntry[] = [];
  readonly #observer: PerformanceObserver;

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      this.#entries.push(...list.getEntries());
    });
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  /** Stops watching. Tells what happened from `start` to `end`, as `performance.now()` gave them. */
  async stop(start: number, end: number): Promise<Collected> {
    await sleep(10); // entries are delivered in a later turn of the event loop
    this.#entries.push(...this.#observer.takeRecords());
    this.#observer.disconnect();
    const seen = this.#entries.filter(({ startTime }) => startTime >= start && startTime < end);
    return {
      collections: seen.filter(isCollection).length,
      collectionMs: seen.reduce((sum, { duration }) => sum + duration, 0),
    };
  }
}

/** Tells a collection from an incremental step and from the calling of weak callbacks. */
function isCollection(entry: PerformanceEntry): boolean {
  const { kind } = (entry as PerformanceEntry & { detail: { kind: number } }).detail;
  return kind === constants.NODE_PERFORMANCE_GC_MINOR || kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
