import type { TraceEvent } from "../../trace/event.ts";
import { growableBytes, growableFloats, growableInts } from "./growable.ts";
import { EventCounter } from "../../trace/event-counts.ts";
import type { EventCounts } from "../../trace/event-counts.ts";
import type { BlockTable, Phase, Problem } from "./report-model.ts";

/** A lock that is held: its number among all locks. Several on one block are released last first. */
type OpenLocks = number[];

/** The locks of a trace before they are summed up. */
export interface RawLocks {
  readonly block: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly mode: Uint8Array;
  /** The lock's own call site, an index into `strings`; -1 for none. */
  readonly site: Int32Array;
}

const LONGEST_DETAIL = 120;

/** Reads events one after the other into flat arrays, and keeps count of those that make no sense. */
export class TraceBook {
  readonly time: ReturnType<typeof growableFloats> = growableFloats();
  readonly strings: string[] = [];
  readonly phases: Phase[] = [];
  readonly #counts = new EventCounter();
  readonly #numbers = new Map<string, number>();
  readonly #problems = new Map<string, { count: number; event: number }>();
  readonly #alive = new Map<number, number>();
  readonly #locked = new Map<number, OpenLocks>();
  readonly #id = growableFloats();
  readonly #size = growableFloats();
  readonly #from = growableInts();
  readonly #to = growableInts();
  readonly #label = growableInts();
  readonly #site = growableInts();
  readonly #lockBlock = growableInts();
  readonly #lockFrom = growableInts();
  readonly #lockTo = growableInts();
  readonly #lockMode = growableBytes();
  readonly #lockSite = growableInts();
  #begun = Number.NaN;
  #now = 0;

  add(event: TraceEvent): void {
    const at = this.time.length;
    this.time.push(this.#timeOf(event.t, at));
    if (event.op === "a") this.#alloc(event.id, event.size, event.label, event.site, at);
    else if (event.op === "f") this.#free(event.id, at);
    else if (event.op === "l") this.#lock(event.id, event.mode, event["site"], at);
    else if (event.op === "u") this.#unlock(event.id, at);
    else if (event.op === "m") this.#mark(event, at);
    else this.#problem("event of an unknown kind", at);
  }

  counts(): EventCounts {
    // Those that make no sense are events, too.
    return { ...this.#counts.read(), events: this.time.length };
  }

  problems(): Problem[] {
    return Array.from(this.#problems, ([what, { count, event }]) => ({ what, count, event }));
  }

  /** Blocks without places; what was never freed lives to the end. */
  blocks(): Omit<BlockTable, "region" | "granule"> {
    const to = this.#to.take();
    for (const block of this.#alive.values()) to[block] = this.time.length;
    return {
      count: this.#id.length,
      id: this.#id.take(),
      size: this.#size.take(),
      from: this.#from.take(),
      to,
      label: this.#label.take(),
      site: this.#site.take(),
    };
  }

  locks(): RawLocks {
    const to = this.#lockTo.take();
    for (const open of this.#locked.values()) for (const lock of open) to[lock] = this.time.length;
    return {
      block: this.#lockBlock.take(),
      from: this.#lockFrom.take(),
      to,
      mode: this.#lockMode.take(),
      site: this.#lockSite.take(),
    };
  }

  #timeOf(t: number, at: number): number {
    if (!Number.isFinite(t)) {
      this.#problem("event without a time", at);
      return this.#now;
    }
    if (Number.isNaN(this.#begun)) this.#begun = t;
    const time = Math.round((t - this.#begun) * 1e4) / 1e4;
    if (time < this.#now) this.#problem("time that goes back", at);
    else this.#now = time;
    return this.#now;
  }

  #alloc(id: number, size: number, label: unknown, site: unknown, at: number): void {
    if (!Number.isFinite(id) || !Number.isSafeInteger(size) || size < 0) {
      this.#problem("allocation without a valid id and size", at);
      return;
    }
    this.#counts.add("a");
    const previous = this.#alive.get(id);
    if (previous !== undefined) {
      this.#problem("allocation under an id that is alive (the older block ends there)", at);
      this.#end(id, previous, at);
    }
    this.#alive.set(id, this.#id.length);
    this.#id.push(id);
    this.#size.push(size);
    this.#from.push(at);
    this.#to.push(0);
    this.#label.push(this.#numberOf(label));
    this.#site.push(this.#numberOf(site));
  }

  #free(id: number, at: number): void {
    const block = this.#alive.get(id);
    if (block === undefined) {
      this.#problem("free of an id that is not alive", at);
      return;
    }
    this.#counts.add("f");
    this.#alive.delete(id);
    this.#end(id, block, at);
  }

  #end(id: number, block: number, at: number): void {
    this.#to.set(block, at);
    const open = this.#locked.get(id);
    if (open === undefined) return;
    this.#problem("block freed while it was locked", at);
    for (const lock of open) this.#lockTo.set(lock, at);
    this.#locked.delete(id);
  }

  #lock(id: number, mode: unknown, site: unknown, at: number): void {
    const block = this.#alive.get(id);
    if (block === undefined) {
      this.#problem("lock of an id that is not alive", at);
      return;
    }
    this.#counts.add("l");
    const open = this.#locked.get(id);
    if (open === undefined) this.#locked.set(id, [this.#lockBlock.length]);
    else open.push(this.#lockBlock.length);
    this.#lockBlock.push(block);
    this.#lockFrom.push(at);
    this.#lockTo.push(0);
    this.#lockMode.push(mode === "r" ? 1 : mode === "w" ? 2 : 0);
    this.#lockSite.push(this.#numberOf(site));
  }

  #unlock(id: number, at: number): void {
    const open = this.#locked.get(id);
    const lock = open?.pop();
    if (open === undefined || lock === undefined) {
      this.#problem("unlock of an id that is not locked", at);
      return;
    }
    this.#counts.add("u");
    this.#lockTo.set(lock, at);
    if (open.length === 0) this.#locked.delete(id);
  }

  #mark(event: { readonly phase: string; readonly [field: string]: unknown }, at: number): void {
    this.#counts.add("m");
    const last = this.phases.pop();
    if (last !== undefined) this.phases.push({ ...last, to: at });
    const others = Object.entries(event).filter(([key]) => key !== "op" && key !== "t" && key !== "phase");
    const detail = others.map(([key, value]) => `${key} ${worded(value)}`).join(", ");
    this.phases.push({ name: event.phase, detail: detail.slice(0, LONGEST_DETAIL), from: at, to: at });
  }

  /** The last phase ends with the trace. */
  finish(): void {
    const last = this.phases.pop();
    if (last !== undefined) this.phases.push({ ...last, to: this.time.length });
  }

  #numberOf(text: unknown): number {
    if (typeof text !== "string" || text === "") return -1;
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.strings.length;
      this.#numbers.set(text, number);
      this.strings.push(text);
    }
    return number;
  }

  #problem(what: string, event: number): void {
    const known = this.#problems.get(what);
    if (known === undefined) this.#problems.set(what, { count: 1, event });
    else known.count++;
  }
}

function worded(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  return value === null ? "null" : "…";
}
