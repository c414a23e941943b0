/**
 * The allocator that ONNX Runtime sees: an OrtAllocator struct whose functions serve one session from an allocator of ours.
 *
 * A session keeps the allocator that was registered when it was made, so each session has a struct of its own. Its
 * functions are callbacks into JavaScript (allocator-callbacks.ts) or, while a recorded run is replayed, the machine code
 * of replay-code.ts, which falls back to the callbacks. In front of these is fallback-code.ts, where there is machine code
 * for the platform: it serves the engine when nobody answers, since the thread was terminated.
 *
 * Rules that were paid for with crashes. During a run, `allocate` never answers null and never throws: what the allocator
 * refuses is spilled into memory of the runtime, the reason is kept, and the run is told to stop at its next node. While a
 * session is made, null is answered to `Reserve`, where the engine checks for it, and nowhere else. A block of ours stays locked and referenced until the
 * engine frees it.
 */
import type { IAllocator } from "../../allocator.ts";
import { EngineError } from "../../errors.ts";
import { RunRecorder } from "../../plan/run-recorder.ts";
import { NativeWords } from "../../platform/native-words.ts";
import { releaseAll } from "../onnxruntime/release-all.ts";
import { callbacksOf } from "./allocator-callbacks.ts";
import { EngineBlock } from "./engine-block.ts";
import { fallbackCode } from "./fallback-code.ts";
import type { OrtLibrary } from "./ort-library.ts";
import type { Pointer } from "./ort-api.ts";
import { check } from "./ort-api.ts";
import type { RecordedRun } from "./recorded-run.ts";
import { Replay } from "./replay.ts";
import type { ReplayCode } from "./replay-code.ts";
import { Spill } from "./spill.ts";
import { NULL_ANSWER, WORD, WORDS } from "./struct-words.ts";

/** Struct version that has `Reserve`, which weights are asked for with, and nothing newer. */
const STRUCT_VERSION = 18;
/** Allocations and frees of a run that is still worth planning. */
const MAX_EVENTS = 2 ** 18;

/** What the engine holds at an address. */
interface Held {
  readonly memory: EngineBlock | Spill;
  readonly size: number;
  /** The number of the run that it was allocated in, and of the allocation within it. */
  readonly run: number;
  readonly step: number;
  /** Whether an output's blob is over it: no second output gets one. */
  isTaken: boolean;
}

/** Where an output lies. */
export interface OutputPlace {
  readonly block: EngineBlock;
  readonly byteOffset: number;
}

export class EngineMemory {
  /** The OrtAllocator struct, and the words of the replay behind it. */
  readonly words: NativeWords = new NativeWords(WORDS);
  readonly #library: OrtLibrary;
  readonly #allocator: IAllocator;
  readonly #runOptions: Pointer;
  readonly #replay: Replay;
  readonly #held: Map<number, Held> = new Map();
  readonly #recorder: RunRecorder = new RunRecorder(MAX_EVENTS);
  readonly #release: () => void;
  /** What native code reads for as long as the session lives. */
  readonly #kept: unknown[] = [];
  #phase: "creating" | "idle" | "running" = "creating";
  #isRecording = false;
  #run = 0;
  /** Events of the recorded run; what follows are the frees of its outputs, when their values are released. */
  #runLength = 0;
  /** Why memory was refused, since the run began. */
  #failure: unknown;
  #hasFailed = false;
  #isTerminated = false;
  /** Whether the run was not planned since, by its record, it needs more than there is. If it ends well, the record is wrong. */
  isInDoubt = false;
  spilledBytes = 0;
  servedBlocks = 0;

  /** @param code undefined: callbacks replay recorded runs */
  constructor(library: OrtLibrary, allocator: IAllocator, code: ReplayCode | undefined) {
    this.#library = library;
    this.#allocator = allocator;
    const { api, scratch } = library;
    check(api, api.CreateRunOptions(scratch.address), "make options of a run");
    this.#runOptions = scratch.get(0);
    const callbacks = callbacksOf(library.memoryInfo);
    const slow = fallbackCode() ?? callbacks;
    const { words } = this;
    words.set(WORD.VERSION, STRUCT_VERSION);
    words.set(WORD.ALLOC, code?.alloc ?? slow.alloc);
    words.set(WORD.FREE, code?.free ?? slow.free);
    words.set(WORD.INFO, slow.info);
    words.set(WORD.RESERVE, slow.reserve);
    words.set(WORD.SLOW_ALLOC, slow.alloc);
    words.set(WORD.SLOW_FREE, slow.free);
    words.set(WORD.MEMORY_INFO, library.memoryInfo);
    words.set(WORD.CALL_ALLOC, callbacks.alloc);
    words.set(WORD.CALL_FREE, callbacks.free);
    words.set(WORD.CALL_RESERVE, callbacks.reserve);
    words.set(WORD.SET_TERMINATE, library.setTerminate);
    words.set(WORD.RUN_OPTIONS, this.#runOptions);
    this.#replay = new Replay(words, code !== undefined);
    this.#release = callbacks.attach(words.address, this);
  }

  /** To be registered with the environment. */
  get address(): Pointer {
    return this.words.address;
  }

  get runOptions(): Pointer {
    return this.#runOptions;
  }

  /** Blocks that were taken for planned runs so far. */
  get plannedBlocks(): number {
    return this.#replay.blockCount;
  }

  /** Blocks that the engine holds now. */
  get heldCount(): number {
    return this.#held.size;
  }

  /** The session exists. @throws what the allocator threw, when it refused something that the engine went on without */
  endCreation(): void {
    this.#phase = "idle";
    if (this.#hasFailed) throw this.#failure;
  }

  /** Keeps something referenced until the session is gone. */
  keep(object: unknown): void {
    this.#kept.push(object);
  }

  /**
   * Begins a run.
   *
   * @param known what to replay; undefined when nothing is known of it
   * @param isRecorded whether to write down what it does
   * @param keepsOutputs whether outputs get blocks of their own
   * @throws {OutOfMemoryError} when the block of a run that was replayed before cannot be had, and its parts could not either
   */
  begin(known: RecordedRun | undefined, isRecorded: boolean, keepsOutputs: boolean): void {
    if (this.#isTerminated) {
      const { api } = this.#library;
      check(api, api.RunOptionsUnsetTerminate(this.#runOptions), "begin a run");
      this.#isTerminated = false;
    }
    this.isInDoubt = false;
    if (known !== undefined) {
      this.isInDoubt = this.#replay.arm(known.list(!keepsOutputs), this.#allocator, known.isProven) === "doubted";
    }
    this.#run++;
    this.#failure = undefined;
    this.#hasFailed = false;
    this.#isRecording = isRecorded;
    this.#runLength = 0;
    this.#recorder.restart(new Int32Array(0));
    this.#phase = "running";
  }

  /** Whether memory was refused since the run, or the making of the session, began. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** The run has ended: whether it kept to its plan, to the last call. False when nothing was replayed. */
  endReplay(): boolean {
    this.#runLength = this.#recorder.events.length;
    return this.#replay.stop();
  }

  /** What is replayed, until the run ends. */
  get replayed(): { readonly height: number; readonly lowerBound: number; readonly block: EngineBlock } | undefined {
    return this.#replay.armed;
  }

  /**
   * The memory of an output, for a blob over it. It is given once, before the engine releases the value.
   *
   * @param size bytes that the output has
   * @returns undefined when the output does not lie alone in memory of this run: it is to be copied
   */
  takeOutput(address: number, size: number): OutputPlace | undefined {
    const inPlan = this.#replay.place(address, size);
    if (inPlan !== undefined) return inPlan;
    const held = this.#held.get(address);
    if (held === undefined || held.isTaken || held.run !== this.#run || held.size < size) return undefined;
    if (!(held.memory instanceof EngineBlock)) return undefined;
    held.isTaken = true;
    return { block: held.memory, byteOffset: 0 };
  }

  /** Ends the run, when the values of its outputs are released. @returns the error of the first refusal, boxed */
  end(): { readonly error: unknown } | undefined {
    try {
      this.#replay.disarm();
    } catch (error) {
      this.#fail(error);
    }
    this.#phase = "idle";
    return this.#hasFailed ? { error: this.#failure } : undefined;
  }

  /**
   * What the run did.
   *
   * @returns undefined when it cannot be replayed: it was not recorded, is too long, or left blocks behind that are no outputs
   */
  recorded(): { readonly events: Int32Array; readonly outputSteps: readonly number[] } | undefined {
    if (!this.#isRecording || this.#hasFailed || !this.#recorder.isPlannable) return undefined;
    if (this.#recorder.liveCount > 0) return undefined;
    const { events } = this.#recorder;
    const outputSteps = Array.from(events.subarray(this.#runLength), (event) => ~event);
    return { events: events.slice(0, this.#runLength), outputSteps };
  }

  /** The session is gone: whatever it did not free goes back. @returns blocks that it left */
  dispose(): number {
    const left = this.#held.size;
    const owned = [...this.#held.values()];
    this.#held.clear();
    this.#kept.length = 0;
    this.#library.api.ReleaseRunOptions(this.#runOptions);
    this.#release();
    releaseAll(owned, ({ memory }) => memory.release());
    return left;
  }

  /** What the callback asks. Null only when the machine has no memory at all. Never throws. */
  allocate(size: number): Pointer {
    return this.#answer(this.#allocate(size, false));
  }

  /** The same for memory of the session, weights for example. 0 is null. Never throws. */
  reserve(size: number): Pointer {
    return this.#answer(this.#allocate(size, this.#phase === "creating"));
  }

  /** Tells the machine code that somebody answered, which it cannot see from what a callback returns. */
  #answer(address: Pointer): Pointer {
    this.words.set(WORD.ANSWER, address === 0 ? NULL_ANSWER : address);
    return address;
  }

  #allocate(size: number, mayBeNull: boolean): Pointer {
    try {
      const planned = this.#replay.allocate(size);
      if (planned !== 0) return planned;
      const block = new EngineBlock(this.#allocator, size);
      if (this.#held.has(block.address)) {
        block.release();
        throw new EngineError(
          "The allocator gave the same memory twice. The engine needs an allocator whose blocks are apart, not a " +
            "PreallocatedAllocator.",
        );
      }
      this.servedBlocks++;
      return this.#hold(block, size);
    } catch (error) {
      return this.#refuse(size, error, mayBeNull);
    }
  }

  /** What the callback is told. Never throws. */
  free(address: Pointer): void {
    if (this.#replay.free(address)) return;
    const held = this.#held.get(address);
    if (held === undefined) return;
    this.#held.delete(address);
    if (this.#isRecording && held.run === this.#run) this.#recorder.free(held.step);
    try {
      held.memory.release();
    } catch (error) {
      this.#fail(error);
    }
  }

  #hold(memory: EngineBlock | Spill, size: number): Pointer {
    const step = this.#isRecording ? this.#recorder.allocate(size) : 0;
    const run = this.#phase === "running" ? this.#run : -1;
    this.#held.set(memory.address, { memory, size, run, step, isTaken: false });
    return memory.address;
  }

  #refuse(size: number, error: unknown, mayBeNull: boolean): Pointer {
    this.#fail(error);
    if (mayBeNull) return 0;
    try {
      this.#terminate();
      this.spilledBytes += size;
      return this.#hold(new Spill(size), size);
    } catch {
      // The machine has no memory at all. There is no other answer left, and the engine ends the process.
      return 0;
    }
  }

  #terminate(): void {
    if (this.#isTerminated) return;
    this.#isTerminated = true;
    this.#library.api.RunOptionsSetTerminate(this.#runOptions);
  }

  #fail(error: unknown): void {
    if (!this.#hasFailed) this.#failure = error;
    this.#hasFailed = true;
  }

  /** The error of the first refusal while the session was made, boxed. */
  creationFailure(): { readonly error: unknown } | undefined {
    return this.#hasFailed ? { error: this.#failure } : undefined;
  }
}
