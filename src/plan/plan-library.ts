/** The plans of an allocator: found by how a run begins, the one unused for longest dropped when there are too many. */
import { RunPlan } from "./run-plan.ts";

/** Runs that were seen once and are remembered, in the hope of seeing them again. */
const MEMORY = 64;

interface Entry {
  readonly plan: RunPlan;
  readonly key: unknown;
}

export class PlanLibrary {
  readonly #maxPlans: number;
  /** The one used last comes first. */
  readonly #entries: Entry[] = [];
  readonly #seenOnce: Set<number> = new Set();
  #made = 0;

  constructor(maxPlans: number) {
    this.#maxPlans = maxPlans;
  }

  /** Plans that were ever made. */
  get made(): number {
    return this.#made;
  }

  /** The plan with the highest memory. */
  get highest(): RunPlan | undefined {
    let highest: RunPlan | undefined;
    for (const { plan } of this.#entries) if (plan.height >= (highest?.height ?? 0)) highest = plan;
    return highest;
  }

  /** The plan of that key whose run begins with an allocation of `size` bytes, else the one used last of any key. */
  find(size: number, key: unknown): RunPlan | undefined {
    const last = this.#entries[0];
    if (last !== undefined && last.key === key && last.plan.recorded[0] === size) return last.plan;
    const begins = this.#entries.filter(({ plan }) => plan.recorded[0] === size);
    const entry = begins.find((candidate) => candidate.key === key) ?? begins[0];
    if (entry === undefined) return undefined;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#entries.unshift(entry);
    return entry.plan;
  }

  /** Plans a run. */
  add(recorded: Int32Array, key: unknown): void {
    this.#entries.unshift({ plan: new RunPlan(recorded), key });
    this.#made++;
    if (this.#entries.length > this.#maxPlans) this.#entries.pop();
  }

  /** Whether this very run was seen before. From the second time on it is no longer remembered. */
  recognises(recorded: Int32Array): boolean {
    const hash = hashOf(recorded);
    if (this.#seenOnce.delete(hash)) return true;
    this.#seenOnce.add(hash);
    if (this.#seenOnce.size > MEMORY) this.#seenOnce.delete(this.#seenOnce.values().next().value!);
    return false;
  }
}

/** FNV-1a over words. Two runs of one hash only mean that one is planned at its first sight. */
function hashOf(events: Int32Array): number {
  let hash = 0x811c_9dc5;
  for (const event of events) hash = Math.imul(hash ^ event, 0x0100_0193);
  return hash;
}
