import type { GuardedHistory } from "./guard-report.ts";

/** What is remembered of the last blocks that were freed, by the handle they had. */
export class FreedHistory {
  readonly #most: number;
  readonly #freed: Map<number, GuardedHistory> = new Map();

  constructor(most: number) {
    this.#most = most;
  }

  /** Remembers a block; the one that was freed longest ago is forgotten for it. */
  add(handle: number, { size, allocatedAt, freedAt }: GuardedHistory): void {
    if (this.#most === 0) return;
    this.#freed.delete(handle);
    this.#freed.set(handle, { size, allocatedAt, freedAt });
    if (this.#freed.size <= this.#most) return;
    for (const oldest of this.#freed.keys()) {
      this.#freed.delete(oldest);
      return;
    }
  }

  /** Takes anything. */
  find(handle: unknown): GuardedHistory | undefined {
    return typeof handle === "number" ? this.#freed.get(handle) : undefined;
  }
}
