import { describe } from "../errors.ts";
import { PlanError } from "./plan-error.ts";

/** What `planSync` can be told. */
export interface PlanSyncOptions {
  /**
   * Bytes that the plan may take. The planner stops at the first plan that fits, or when it has proved that none does.
   * Without it, the planner looks for the lowest plan there is.
   */
  readonly capacity?: number;
  /**
   * Milliseconds after which the best plan so far is the answer; default 10,000. The first greedy plan is finished
   * however short the time is, so that there always is an answer. `Infinity` for as long as it takes.
   */
  readonly timeoutMs?: number;
  /**
   * Decisions of the exact search after which the best plan so far is the answer; default `Infinity`. 0 is greedy only.
   * Unlike the time, it gives the same plan everywhere.
   */
  readonly maxNodes?: number;
  /** Any safe integer, default 1. The same seed gives the same plan, where the time did not run out. */
  readonly seed?: number;
}

/** How far a planner is. */
export interface PlanProgress {
  /** Height of the best plan so far, in bytes. */
  readonly height: number;
  /** No plan is lower, in bytes. */
  readonly lowerBound: number;
  /** Decisions of the exact search so far. */
  readonly nodes: number;
  readonly elapsedMs: number;
}

/** What `plan` can be told. */
export interface PlanOptions extends PlanSyncOptions {
  /** Ends the planning: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Ends the planning with the best plan so far, as if the time had run out; the first greedy plan is finished. For a
   * button that says "good enough".
   */
  readonly stopSignal?: AbortSignal;
  /** Called when there is a first plan, and whenever there is a lower one or a higher bound. What it throws ends the planning. */
  readonly onProgress?: (progress: PlanProgress) => void;
}

export const DEFAULT_TIMEOUT_MS: number = 10_000;
export const DEFAULT_SEED: number = 1;

/** @throws {PlanError} naming the first option that makes no sense */
export function assertOptions(options: PlanOptions): void {
  if (options === null || typeof options !== "object") {
    throw new PlanError(`Options are an object, not ${describe(options)}. Leave them out for the defaults.`);
  }
  assertAmount("capacity", options.capacity, "bytes");
  assertAmount("maxNodes", options.maxNodes, "decisions");
  const { timeoutMs, seed, signal, stopSignal, onProgress } = options;
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs >= 0)) {
    throw new PlanError(`timeoutMs must be 0 or more milliseconds, not ${describe(timeoutMs)}. Infinity is no limit.`);
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new PlanError(`seed must be a safe integer, not ${describe(seed)}. Round it.`);
  }
  assertSignal("signal", signal);
  assertSignal("stopSignal", stopSignal);
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new PlanError(`onProgress must be a function, not ${describe(onProgress)}. Leave it out for silence.`);
  }
}

function assertSignal(name: string, value: AbortSignal | undefined): void {
  if (value === undefined || typeof value?.throwIfAborted === "function") return;
  throw new PlanError(`${name} must be an AbortSignal, not ${describe(value)}. Give an AbortController's.`);
}

function assertAmount(name: string, value: unknown, what: string): void {
  if (value === undefined || value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 0)) return;
  throw new PlanError(
    `${name} must be an integer of 0 or more ${what}, or Infinity, not ${describe(value)}. Round it.`,
  );
}
