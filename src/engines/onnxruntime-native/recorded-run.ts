import { ReplayList } from "./replay-list.ts";

/** Replays that may fail before the record is dropped, and records that may be dropped before recording ends. */
const MOST_MISSES = 2;
const MOST_RECORDS = 3;

/** What one kind of run allocates and frees, in order; null while that is not known. */
export class RecordedRun {
  /** Names the kind: the shapes of the inputs, and which outputs are given. */
  readonly key: string;
  /** An allocation is its size in bytes, a free is the inverted number of the allocation that it ends. */
  events: Int32Array = new Int32Array(0);
  /** The numbers of the allocations that are outputs. */
  outputSteps: readonly number[] = [];
  #isKnown = false;
  #isProven = false;
  #hasMissed = false;
  #misses = 0;
  #records = 0;
  #inside: ReplayList | undefined;
  #apart: ReplayList | undefined;

  constructor(key: string) {
    this.key = key;
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  /**
   * Whether what is known was replayed to the end in this session, and no run of the kind ever went another way: what it
   * needs is then what a run needs.
   */
  get isProven(): boolean {
    return this.#isProven && !this.#hasMissed;
  }

  /** Whether the next run is to be recorded: it is not known yet, and did not turn out to be another one each time. */
  get wantsRecord(): boolean {
    return !this.#isKnown && this.#records < MOST_RECORDS;
  }

  /** The list to replay; made when it is first asked for, which is when the run repeats. */
  list(hasOutputsInside: boolean): ReplayList {
    if (hasOutputsInside) return (this.#inside ??= new ReplayList(this, true));
    return (this.#apart ??= new ReplayList(this, false));
  }

  /** Takes over what was recorded. */
  know(events: Int32Array, outputSteps: readonly number[]): void {
    this.events = events;
    this.outputSteps = outputSteps;
    this.#isKnown = true;
    this.#misses = 0;
    this.#isProven = false;
  }

  /** A replay went to the end. */
  prove(): void {
    this.#isProven = true;
  }

  /** A record that cannot be replayed was made. */
  reject(): void {
    this.#records++;
  }

  /** A replay went another way, or a run had enough with less memory than the record says. */
  miss(): void {
    this.#hasMissed = true;
    if (++this.#misses < MOST_MISSES) return;
    this.#records++;
    this.#isKnown = false;
    this.#inside = undefined;
    this.#apart = undefined;
  }
}
