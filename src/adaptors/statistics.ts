import type { Handle, IAllocator, ReadonlyBytes } from "../allocator.ts";
import { LockOp } from "../allocator.ts";
import { BlobError, describe, optionError } from "../errors.ts";
import { HandleMap } from "../heap/handle-map.ts";
import { Adaptor } from "./adaptor.ts";
import { LabelledAdaptor } from "./labelled.ts";
import { Meter } from "./meter.ts";
import type { Statistics } from "./meter.ts";

/**
 * Counts what is allocated through it: {current, peak, total} × {bytes, count}, for all of it, for a stretch of the
 * program, and by label. Bytes are those that were asked for.
 *
 * - {@link pushScope} and {@link popScope} count what happens between them; they nest. A scope counts everything that the
 *   adaptor sees meanwhile. Where asynchronous tasks overlap, use a label for each instead.
 * - {@link labelled} gives a view of the adaptor: what is allocated through the view is counted under its label, too, and
 *   may be freed through any of them. The label is in the view and not in a variable of the moment, so that it is right
 *   across `await` and in blobs that allocate later.
 *
 * @example
 * const stats = new StatisticsAdaptor(new HeapAllocator());
 * const detector = await createSession(model, { allocator: stats.labelled("detector") });
 * stats.statistics.bytes.peak; // of all
 * stats.label("detector").bytes.current; // of the detector's blocks
 */
export class StatisticsAdaptor<A extends IAllocator = IAllocator> extends Adaptor<A> {
  readonly #sizes: HandleMap = new HandleMap();
  readonly #meter: Meter = new Meter();
  /** The label of each live block that has one, as an index into the meters. */
  readonly #labels: HandleMap = new HandleMap();
  readonly #meters: Meter[] = [];
  readonly #views: Map<string, { readonly view: LabelledAdaptor; readonly index: number }> = new Map();
  readonly #scopes: Statistics[] = [];
  #hasLabels = false;
  #locks = 0;

  /** A copy of the numbers as they are now. */
  get statistics(): Statistics {
    return this.#meter.read();
  }

  /** Locks so far, nested ones included. */
  get locks(): number {
    return this.#locks;
  }

  /** The labels that were used, in the order of their first use. */
  get labels(): readonly string[] {
    return [...this.#views.keys()];
  }

  /** The numbers of a label; all 0 for one that was never used. */
  label(label: string): Statistics {
    const index = this.#views.get(label)?.index;
    return (index === undefined ? new Meter() : this.#meters[index]!).read();
  }

  /**
   * An allocator that counts under a label as well: the same one each time. Labels are kept for good, so name parts of
   * the program with them (a model, a stage), not single requests.
   *
   * @throws {TypeError} when the label is no string
   */
  labelled(label: string): LabelledAdaptor {
    if (typeof label !== "string") {
      throw optionError(`A label must be a string, not ${describe(label)}.`);
    }
    const there = this.#views.get(label);
    if (there !== undefined) return there.view;
    const index = this.#meters.push(new Meter()) - 1;
    const view = new LabelledAdaptor(this, label, (handle, size) => this.#addToLabel(handle, size, index));
    this.#views.set(label, { view, index });
    return view;
  }

  /** Begins a scope: what happens until its {@link popScope} is counted apart, too. */
  pushScope(): void {
    this.#scopes.push(this.#meter.read());
    this.#meter.resetPeak();
  }

  /**
   * Ends the innermost scope.
   *
   * @returns what it changed: `current` is what it left behind, negative when it freed more than it allocated; `peak` the
   *   most that was live above what was live at its begin; `total` what it allocated
   * @throws {BlobError} when there is none
   */
  popScope(): Statistics {
    const start = this.#scopes.pop();
    if (start === undefined) {
      throw new BlobError("StatisticsAdaptor.popScope: no scope is open. Begin one with pushScope first.");
    }
    const { bytes, count } = this.#meter.read();
    this.#meter.peakBytes = Math.max(bytes.peak, start.bytes.peak);
    this.#meter.peakCount = Math.max(count.peak, start.count.peak);
    return {
      bytes: {
        current: bytes.current - start.bytes.current,
        peak: bytes.peak - start.bytes.current,
        total: bytes.total - start.bytes.total,
      },
      count: {
        current: count.current - start.count.current,
        peak: count.peak - start.count.current,
        total: count.total - start.count.total,
      },
    };
  }

  override alloc(size: number): Handle {
    const handle = this.upstream.alloc(size);
    const before = this.#sizes.set(handle, size);
    if (before >= 0) this.#remove(handle, before);
    this.#meter.add(size);
    return handle;
  }

  override lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  override lock(handle: Handle, op?: LockOp): Uint8Array;
  override lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    const view = this.upstream.lock(handle, op);
    this.#locks++;
    return view;
  }

  override free(handle: Handle): boolean {
    if (!this.upstream.free(handle)) return false;
    const size = this.#sizes.delete(handle);
    if (size >= 0) this.#remove(handle, size);
    return true;
  }

  #remove(handle: Handle, size: number): void {
    this.#meter.remove(size);
    if (this.#hasLabels) this.#removeFromLabel(handle, size);
  }

  #removeFromLabel(handle: Handle, size: number): void {
    const index = this.#labels.delete(handle);
    if (index >= 0) this.#meters[index]!.remove(size);
  }

  #addToLabel(handle: Handle, size: number, index: number): void {
    this.#hasLabels = true;
    this.#labels.set(handle, index);
    this.#meters[index]!.add(size);
  }
}
