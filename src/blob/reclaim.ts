/** Blobs that were forgotten: collected while they still held memory. The only FinalizationRegistry of the package. */

/** Something that gives memory back when its owner was collected. Must not reference the owner. */
export interface Reclaimable {
  /**
   * Gives the memory back. Returns the bytes that went back; 0 when others still share them; undefined when there was
   * nothing to give back: the memory is the caller's, or was freed by its scope. Must not throw.
   */
  reclaim(): number | undefined;
}

/** What was given back by the collector's leave, in this thread, since it started. */
export interface Reclaimed {
  /**
   * Blobs that were collected before they were disposed, while there was memory to give back. More than 0: somewhere a
   * `using` or `deallocate` is missing.
   */
  readonly count: number;
  /** What went back then. A blob that shared its block with a region, view or parent which lives on counts with 0. */
  readonly bytes: number;
}

let count = 0;
let bytes = 0;

const registry: FinalizationRegistry<Reclaimable> = new FinalizationRegistry((held) => {
  const freed = held.reclaim();
  if (freed === undefined) return;
  count++;
  bytes += freed;
});

/** From now on, `held` is reclaimed when `owner` is collected. */
export function watch(owner: object, held: Reclaimable): void {
  registry.register(owner, held, held);
}

export function unwatch(held: Reclaimable): void {
  registry.unregister(held);
}

/** The forgotten blobs of this thread so far. */
export function reclaimed(): Reclaimed {
  return { count, bytes };
}
