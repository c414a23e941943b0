/** One line of a trace. Sizes in bytes, times in milliseconds since any fixed moment. docs/trace-format.md has the rules. */
export type TraceEvent = AllocEvent | FreeEvent | LockEvent | MarkEvent;

/** What every event has. Fields that are not known are kept. */
interface TimedEvent {
  readonly t: number;
  readonly [field: string]: unknown;
}

/** A block came to be. An id may be used again after its `f`. */
export interface AllocEvent extends TimedEvent {
  readonly op: "a";
  readonly id: number;
  readonly size: number;
  /** What the caller names such blocks. */
  readonly label?: string;
  /** Where it was allocated, as `file:line:column` or `function (file:line:column)`. */
  readonly site?: string;
}

/** A block was freed. */
export interface FreeEvent extends TimedEvent {
  readonly op: "f";
  readonly id: number;
  readonly size?: number;
}

/** A block was locked, or unlocked. Locks are counted. */
export interface LockEvent extends TimedEvent {
  readonly op: "l" | "u";
  readonly id: number;
  /** Of a lock: `"r"` for reading, `"w"` for writing. */
  readonly mode?: "r" | "w";
}

/** From here on, until the next one, the program is in this phase. */
export interface MarkEvent extends TimedEvent {
  readonly op: "m";
  readonly phase: string;
}
