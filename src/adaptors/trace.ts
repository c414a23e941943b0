import type { Handle, IAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { describe, optionError } from "../errors.ts";
import { HandleMap } from "../heap/handle-map.ts";
import type { TraceWriterOptions } from "../trace/trace-writer.ts";
import { TraceWriter } from "../trace/trace-writer.ts";
import { Adaptor } from "./adaptor.ts";
import { captureCallSite } from "./call-site.ts";
import { LabelledAdaptor } from "./labelled.ts";
import { Sampler } from "./sampler.ts";

/** How a {@link TraceAdaptor} is made: where the trace goes, as a `TraceWriter` takes it, and what is in it. */
export interface TraceOptions extends TraceWriterOptions {
  /** A writer that is there already, in place of `path` and `stream`. Closing the adaptor flushes it and leaves it open. */
  readonly writer?: TraceWriter;
  /** Milliseconds since any fixed moment. Default: since the writer was made. */
  readonly now?: () => number;
  /**
   * The call site of each block (1), or of one in n on average (n). A call site takes about 10 µs. Default: false, of
   * none.
   */
  readonly sites?: number | false;
  /** What blocks are labelled with that were not allocated through {@link TraceAdaptor.labelled}. Default: nothing. */
  readonly label?: string;
  /** Whether locks are recorded. Default: true. */
  readonly locks?: boolean;
}

/**
 * Records what is allocated, locked and freed through it, in the format of docs/trace-format.md, for
 * `tensorheap/trace` and `tensorheap report`.
 *
 * - Ids count allocations from 1; none is used twice. Sizes are those that were asked for. A call that failed is not recorded.
 * - An event is recorded or it does not happen: where the trace cannot be written any further (a full disk, a stream that
 *   owes too much), `alloc` and `lock` throw a `TraceError` before anything changed, while `unlock` and `free` go on.
 * - Time never goes back in a trace: where `now` does, throws or gives no number, it is taken to stand still.
 * - Adaptors that share a `writer` share its ids and its time. Give them the same `now`, or none.
 * - Without `writer`, `path` or `stream` the trace is kept in memory: `traced.writer.bytes()`.
 *
 * @example
 * using traced = new TraceAdaptor(new HeapAllocator(), { path: "run.jsonl" });
 * traced.phase("load");
 * const session = await createSession(model, { allocator: traced.labelled("detector") });
 */
export class TraceAdaptor<A extends IAllocator = IAllocator> extends Adaptor<A> {
  readonly writer: TraceWriter;
  readonly #ownsWriter: boolean;
  readonly #ids: HandleMap = new HandleMap();
  readonly #views: Map<string, LabelledAdaptor> = new Map();
  readonly #now: (() => number) | undefined;
  readonly #label: string | undefined;
  readonly #recordsLocks: boolean;
  readonly #sampler: Sampler | undefined;
  /** Allocations until the next one whose call site is taken. */
  #untilSite = Infinity;

  /**
   * @throws {BlobError} when `upstream` is no allocator
   * @throws {TraceError} when the trace cannot be begun
   * @throws {TypeError} or {RangeError} with code `ERR_OPTIONS` when an option makes no sense
   */
  constructor(upstream: A, options: TraceOptions = {}) {
    super(upstream);
    if (typeof options !== "object" || options === null) {
      throw optionError(`The options of a TraceAdaptor are { path, … }, not ${describe(options)}.`);
    }
    const { writer, now, sites = false, label, locks = true } = options;
    if (label !== undefined && typeof label !== "string")
      throw optionError(`A label must be a string, not ${describe(label)}.`);
    if (now !== undefined && typeof now !== "function")
      throw optionError(`now must be a function, not ${describe(now)}.`);
    if (writer !== undefined && !(writer instanceof TraceWriter)) {
      throw optionError(`writer must be a TraceWriter, not ${describe(writer)}.`);
    }
    this.#sampler = sites === false ? undefined : new Sampler(sites, 1);
    if (this.#sampler !== undefined) this.#untilSite = this.#sampler.gap();
    this.#label = label;
    this.#recordsLocks = locks;
    this.#now = now;
    this.#ownsWriter = writer === undefined;
    this.writer = writer ?? new TraceWriter(options);
  }

  /** From here on, the program is in this phase. @throws {TraceError} when the trace cannot be written any further */
  phase(name: string): void {
    if (typeof name !== "string") throw optionError(`A phase must be a string, not ${describe(name)}.`);
    this.writer.reserve();
    this.writer.mark(name, this.#time());
  }

  /**
   * An allocator that records under a label: the same one each time. Labels are kept for good, so name parts of the
   * program with them (a model, a stage), not single requests.
   *
   * @throws {TypeError} when the label is no string
   */
  labelled(label: string): LabelledAdaptor {
    if (typeof label !== "string") throw optionError(`A label must be a string, not ${describe(label)}.`);
    let view = this.#views.get(label);
    if (view === undefined) {
      view = new LabelledTrace(this, label, (size) => this.#alloc(size, label));
      this.#views.set(label, view);
    }
    return view;
  }

  override alloc(size: number): Handle {
    return this.#alloc(size, this.#label);
  }

  override lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  override lock(handle: Handle, op?: LockOp): Uint8Array;
  override lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    if (!this.#recordsLocks) return this.upstream.lock(handle, op);
    this.writer.reserve();
    const view = this.upstream.lock(handle, op);
    const id = this.#ids.get(handle);
    if (id > 0) this.writer.lock(id, this.#time(), op === LockOp.LOCK_FOR_READ ? "r" : "w");
    return view;
  }

  override unlock(handle: Handle): void {
    this.upstream.unlock(handle);
    if (!this.#recordsLocks) return;
    const id = this.#ids.get(handle);
    if (id > 0) this.writer.unlock(id, this.#time());
  }

  override free(handle: Handle): boolean {
    if (!this.upstream.free(handle)) return false;
    const id = this.#ids.delete(handle);
    if (id > 0) this.writer.free(id, this.#time());
    return true;
  }

  /**
   * Writes what is left. A writer that the adaptor made is closed, and nothing is recorded any more; calls go on to the
   * upstream as before. A file is closed when this returns; of a stream, the promise tells when it has taken everything.
   *
   * @throws {TraceError} when it cannot be written
   */
  close(): Promise<void> {
    return this.#ownsWriter ? this.writer.close() : this.writer.drained();
  }

  /** As {@link close}, for files and memory. A stream is given everything and stays open. */
  [Symbol.dispose](): void {
    if (this.#ownsWriter) this.writer[Symbol.dispose]();
    else this.writer.flush();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #alloc(size: number, label: string | undefined): Handle {
    const { writer } = this;
    writer.reserve();
    const handle = this.upstream.alloc(size);
    const t = this.#time();
    const id = writer.newId();
    const before = this.#ids.set(handle, id);
    if (before > 0) writer.free(before, t);
    writer.alloc(id, size, t, label, --this.#untilSite > 0 ? undefined : this.#site());
    return handle;
  }

  #site(): string {
    this.#untilSite = this.#sampler!.gap();
    // oxlint-disable-next-line typescript/unbound-method -- it is named here, not called
    return captureCallSite(this.#alloc).toString();
  }

  #time(): number {
    return this.writer.time(this.#now);
  }
}

/** See {@link TraceAdaptor.labelled}. */
class LabelledTrace extends LabelledAdaptor {
  readonly #allocate: (size: number) => Handle;

  constructor(upstream: IAllocator, label: string, allocate: (size: number) => Handle) {
    // The label goes into the event itself, so that there is nothing to note after it.
    super(upstream, label, () => {});
    this.#allocate = allocate;
  }

  override alloc(size: number): Handle {
    return this.#allocate(size);
  }
}
