/** What the processes of `tensorheap run` tell each other. All of it is plain JSON. */
import type { PrecisionName } from "../../blob/precision.ts";
import type { SavedRuns } from "../../engines/onnxruntime-native/run-book.ts";
import type { ExitCode } from "../exit-code.ts";

/**
 * Where the tensors of a model lie: `heap`, ours, with planned runs; `traced`, the same block by block, with a trace;
 * `package`, as onnxruntime-node runs it; `arena`, the engine's own; `no-pattern`, the same with its memory pattern off.
 */
export type RunWay = "heap" | "traced" | "package" | "arena" | "no-pattern";

/** What an input is filled with: the array of a .npy file, or one number. */
export type GivenInput = { readonly file: string } | { readonly number: number };

/** What one process is to do. */
export interface RunTask {
  readonly way: RunWay;
  readonly model: string;
  /** By the names of the inputs; the others are generated. */
  readonly given: Readonly<Record<string, GivenInput>>;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly seed: number;
  /** Timed runs; null: as many as make sense. */
  readonly runs: number | null;
  /** 0: one per core. */
  readonly threads: number;
  /** Bytes that may be live, of the ways in our heap; null: no limit. */
  readonly limitBytes: number | null;
  /** Of the way `traced`. */
  readonly tracePath: string | null;
  readonly savedRuns: SavedRuns | null;
  readonly allowUntestedVersion: boolean;
}

/** An input or output of a run. */
export interface TensorFacts {
  readonly name: string;
  readonly precision: PrecisionName;
  readonly dims: readonly number[];
  readonly byteSize: number;
}

export interface InputFacts extends TensorFacts {
  /** Whether dims that the model leaves free were taken as 1, since nobody said anything. */
  readonly isAssumed: boolean;
  /** A file, a number, or null: generated. */
  readonly from: string | number | null;
}

/** What our heap and session say, all in bytes where nothing else is said. */
export interface HeapFacts {
  /** Of the inputs, as the heap rounds them. */
  readonly inputBytes: number;
  /** Live after the model was loaded: weights. */
  readonly loadedBytes: number;
  readonly peakBytes: number;
  readonly footprintBytes: number;
  /** Blocks of the heap while loading, in the first run, and in a timed run on average. */
  readonly loadAllocations: number;
  readonly firstRunAllocations: number;
  readonly allocationsPerRun: number;
  readonly totalRuns: number;
  readonly plannedRuns: number;
  readonly divergences: number;
  /** Of the last planned run: its block, and the least that any plan of it takes; null when none was planned. */
  readonly plannedBytes: number | null;
  readonly lowerBoundBytes: number | null;
  readonly copiedOutputs: number;
}

/** What one process measured. */
export interface RunResult {
  readonly way: RunWay;
  readonly onnxruntime: string;
  readonly inputs: readonly InputFacts[];
  readonly outputs: readonly TensorFacts[];
  readonly loadMs: number;
  readonly firstMs: number;
  /** Each timed run. */
  readonly ms: readonly number[];
  /** SHA-256 of all outputs, of the first and of the last run. */
  readonly firstDigest: string;
  readonly lastDigest: string;
  /** Bytes for weights and tensors, inputs not counted, as `heldFrom` has it; null where nobody knows. */
  readonly heldBytes: number | null;
  readonly heldFrom: "footprint of our heap" | "statistics of the engine's arena" | null;
  /** Resident before the model was loaded, and at most. */
  readonly baseRssBytes: number;
  readonly peakRssBytes: number;
  /** Null in the engine's own memory. */
  readonly heap: HeapFacts | null;
  readonly savedRuns: SavedRuns | null;
}

/** What was traced. */
export interface TraceFacts {
  readonly runs: number;
}

/** What a process says while it works, and at its end. After "turn" it waits until it is told {@link GO}. */
export type WorkerMessage =
  | { readonly kind: "turn" }
  | { readonly kind: "progress"; readonly share: number; readonly text: string }
  | { readonly kind: "done"; readonly result: RunResult | TraceFacts }
  | { readonly kind: "failed"; readonly message: string; readonly exitCode: ExitCode | null };

/** What a process is told that asked for its turn. */
export const GO = "go";
