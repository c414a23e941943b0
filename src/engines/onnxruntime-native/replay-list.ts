/**
 * A recorded run as native code replays it: a list of entries of two words (replay-code.ts), and what has to be had
 * before it begins.
 *
 * An output outlives the run. Where its place is inside the block of the run, it holds that block as a whole, and the next
 * run needs another one; so there are two lists of a run. In one, outputs have places like all other tensors: nothing is
 * more compact. In the other each output has a block of its own, for callers who keep outputs.
 */
import { RunPlan } from "../../plan/run-plan.ts";
import { END } from "../../plan/tape-layout.ts";
import { NativeWords } from "../../platform/native-words.ts";
import type { RecordedRun } from "./recorded-run.ts";

/** An output that has a block of its own: its entry, and its bytes. */
export interface OwnBlock {
  readonly entry: number;
  readonly size: number;
}

export class ReplayList {
  /** The entries, and a last one that equals nothing. */
  readonly words: NativeWords;
  /** Entries that the run itself walks along; frees of outputs may follow. */
  readonly length: number;
  /** Bytes that the block of the run has to have, and the least that any block could have. */
  readonly height: number;
  readonly lowerBound: number;
  readonly ownBlocks: readonly OwnBlock[];
  /** Their bytes in all. */
  readonly ownBytes: number;
  /** The same offsets as numbers: a word of 64 bits does not tell a negative one. */
  readonly #offsets: Float64Array;

  /** @param hasOutputsInside whether outputs have places in the block of the run */
  constructor(run: RecordedRun, hasOutputsInside: boolean) {
    const frees = hasOutputsInside ? run.outputSteps.map((step) => ~step) : [];
    const plan = new RunPlan(Int32Array.from([...run.events, ...frees]));
    this.length = run.events.length;
    this.height = plan.height;
    this.lowerBound = plan.lowerBound;
    this.words = new NativeWords((this.length + 1) * 2);
    this.#offsets = new Float64Array(this.length);
    const ownBlocks: OwnBlock[] = [];
    let step = 0;
    for (const [entry, event] of run.events.entries()) {
      const offset = plan.offsets[event >= 0 ? step : ~event]!;
      this.words.set(entry * 2, event >= 0 ? event : -1);
      this.setOffset(entry, Math.max(offset, 0));
      if (event >= 0 && offset < 0) ownBlocks.push({ entry, size: event });
      if (event >= 0) step++;
    }
    this.words.set(this.length * 2, END);
    this.ownBlocks = ownBlocks;
    this.ownBytes = ownBlocks.reduce((sum, { size }) => sum + size, 0);
  }

  /** Says where the block of an entry is that has one of its own. @param offset from the block of the run on */
  setOffset(entry: number, offset: number): void {
    this.words.set(entry * 2 + 1, offset);
    this.#offsets[entry] = offset;
  }

  offsetAt(entry: number): number {
    return this.#offsets[entry]!;
  }

  isFree(entry: number): boolean {
    return entry < this.length && this.words.getLow(entry * 2) === 0xffff_ffff;
  }

  addressOf(entry: number): number {
    return this.words.addressAt(entry * 2);
  }
}
