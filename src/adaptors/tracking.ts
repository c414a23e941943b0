import type { Handle, IAllocator } from "../allocator.ts";
import { notifyReclaimed } from "../allocators/reclaim-observer.ts";
import type { ReclaimObserver } from "../allocators/reclaim-observer.ts";
import { describe, optionError } from "../errors.ts";
import { HandleMap } from "../heap/handle-map.ts";
import { Adaptor } from "./adaptor.ts";
import { captureCallSite } from "./call-site.ts";
import { LabelledAdaptor } from "./labelled.ts";
import { Sampler } from "./sampler.ts";
import { bySite, liveText } from "./tracking/live-report.ts";
import type { LiveSite } from "./tracking/live-report.ts";
import { TrackedBlock } from "./tracking/tracked-block.ts";

/** How a {@link TrackingAdaptor} is made. Every option has a default. */
export interface TrackingOptions {
  /**
   * Looks at one block in so many, on average: to take a stack costs about 10 µs. Default: 1, every block; for
   * production, 1000.
   */
  readonly sample?: number;
  /** Which blocks are looked at: the same seed picks the same ones. Default: 1. */
  readonly seed?: number;
  /**
   * Called, soon after, for each blob that was collected without being freed, if its block was looked at. Default: a
   * warning on the console, one for each call site.
   *
   * @param sharers other blobs that are over the block, as regions and views are: it goes back with the last of them
   */
  readonly onForgotten?: (block: TrackedBlock, sharers: number) => void;
  /**
   * The clock, in milliseconds. Where it throws or gives no finite number, its last one is used. Default:
   * `performance.now`.
   */
  readonly now?: () => number;
}

/**
 * Knows who allocated what is still live: the call site, the label, the age and the size of each block, or of a sample of
 * them.
 *
 * - A call site is the first frame outside of this package, read when the block is allocated: `file:line:column`, of the
 *   source where the runtime maps it (`node --enable-source-maps`). V8 also shows who awaited it. Which request or model it
 *   was for is not in a stack; {@link labelled} views tell that.
 * - A blob that is collected without being freed gives its block back by itself, and is told here: a warning names the
 *   call site. The allocator keeps no blob alive and watches none; the blob's own finaliser tells it.
 * - What is frozen, pooled or in a guard's quarantine below is not seen; put the tracking around the guard.
 *
 * @example
 * const tracking = new TrackingAdaptor(new HeapAllocator(), { sample: 1000 });
 * serve({ allocator: tracking });
 * process.on("SIGUSR2", () => console.error(tracking.report()));
 */
export class TrackingAdaptor<A extends IAllocator = IAllocator> extends Adaptor<A> implements ReclaimObserver {
  readonly #sampler: Sampler;
  readonly #now: () => number;
  readonly #onForgotten: ((block: TrackedBlock, sharers: number) => void) | undefined;
  /** Indices into the blocks, by handle. */
  readonly #indices: HandleMap = new HandleMap();
  readonly #blocks: (TrackedBlock | undefined)[] = [];
  readonly #freeIndices: number[] = [];
  readonly #views: Map<string, LabelledAdaptor> = new Map();
  readonly #warned: Set<string> = new Set();
  #forgotten = 0;
  /** What the clock said last. */
  #lastTime = 0;
  /** Allocations up to the next one that is looked at. */
  #untilNext: number;

  /**
   * @throws {BlobError} when `upstream` is no allocator
   * @throws {TypeError} or {RangeError} with code `ERR_OPTIONS` for an option that makes no sense
   */
  constructor(upstream: A, options: TrackingOptions = {}) {
    super(upstream);
    assertOptions(options);
    this.#sampler = new Sampler(options.sample ?? 1, options.seed ?? 1);
    this.#now = options.now ?? ((): number => performance.now());
    this.#onForgotten = options.onForgotten;
    this.#untilNext = this.#sampler.gap();
  }

  /** Blobs that were collected without being freed so far, whether their blocks were looked at or not. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The live blocks that were looked at, oldest first. */
  live(): readonly TrackedBlock[] {
    return this.#blocks.filter((block) => block !== undefined).sort((a, b) => a.time - b.time);
  }

  /** The same by call site, most bytes first. */
  liveSites(): readonly LiveSite[] {
    return bySite(this.live(), this.#time());
  }

  /** The same as text: for each call site how many blocks, how many bytes, how old, and how it was reached. */
  report(): string {
    return liveText(this.liveSites(), this.#sampler.every);
  }

  /**
   * An allocator whose blocks are reported under a label: the same one each time. They may be freed through any of the
   * views. Labels are kept for good, so name parts of the program with them (a model, a stage), not single requests.
   *
   * @throws {TypeError} when the label is no string
   */
  labelled(label: string): LabelledAdaptor {
    if (typeof label !== "string") {
      throw optionError(`A label must be a string, not ${describe(label)}.`);
    }
    const there = this.#views.get(label);
    if (there !== undefined) return there;
    const view = new LabelledAdaptor(this, label, (handle) => {
      const index = this.#indices.get(handle);
      if (index >= 0) this.#blocks[index]!.label = label;
    });
    this.#views.set(label, view);
    return view;
  }

  override alloc(size: number): Handle {
    const handle = this.upstream.alloc(size);
    if (--this.#untilNext === 0) this.#track(handle, size);
    return handle;
  }

  override free(handle: Handle): boolean {
    if (!this.upstream.free(handle)) return false;
    if (this.#indices.size > 0) this.#forget(this.#indices.delete(handle));
    return true;
  }

  noteReclaimed(handle: Handle, sharers: number): void {
    this.#forgotten++;
    const index = this.#indices.get(handle);
    if (index >= 0) {
      const block = this.#blocks[index]!;
      // Not from here: the block is yet to be freed, and a finaliser must not throw.
      queueMicrotask(() => {
        if (this.#onForgotten === undefined) this.#warn(block, sharers);
        else this.#onForgotten(block, sharers);
      });
    }
    notifyReclaimed(this.upstream, handle, sharers);
  }

  #track(handle: Handle, size: number): void {
    this.#untilNext = this.#sampler.gap();
    // Only names the frame that the user's are above of.
    // oxlint-disable-next-line typescript/unbound-method
    const site = captureCallSite(TrackingAdaptor.prototype.alloc);
    const block = new TrackedBlock(handle, size, site, this.#time());
    const index = this.#freeIndices.pop() ?? this.#blocks.length;
    this.#blocks[index] = block;
    // Where everybody is given one block, the last one who asked has it.
    this.#forget(this.#indices.set(handle, index));
  }

  /** The time by the user's clock. An error of that must not lose the block that is being allocated. */
  #time(): number {
    try {
      const time: unknown = this.#now();
      if (Number.isFinite(time)) this.#lastTime = time as number;
    } catch {
      // The last time is as good as can be had.
    }
    return this.#lastTime;
  }

  #forget(index: number): void {
    if (index < 0) return;
    this.#blocks[index] = undefined;
    this.#freeIndices.push(index);
  }

  #warn({ size, label, site }: TrackedBlock, sharers: number): void {
    if (this.#warned.has(site.location)) return;
    this.#warned.add(site.location);
    const named = label === undefined ? "" : ` labelled ${label}`;
    const others = sharers === 1 ? "another blob holds" : `${sharers} other blobs hold`;
    const what =
      sharers === 0
        ? `A blob of ${size} bytes${named} was collected without being freed. It`
        : `A blob over a block of ${size} bytes${named}, which ${others}, too, was collected without being freed. The block`;
    console.warn(
      `${what} was allocated at ${site.toString()}. ` +
        "Declare it with using, or call deallocate(). Others from there are not told again.",
    );
  }
}

function assertOptions(options: unknown): asserts options is TrackingOptions {
  if (typeof options !== "object" || options === null) {
    throw optionError(`The options of tracking are { sample, … }, not ${describe(options)}.`);
  }
  for (const name of ["onForgotten", "now"] as const) {
    const value = (options as TrackingOptions)[name];
    if (value === undefined || typeof value === "function") continue;
    throw optionError(`${name} must be a function, not ${describe(value)}. Leave it out for the default.`);
  }
}
