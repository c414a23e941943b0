/** Blobs, models and a heap to watch, for the tests of engines. */
import { expect } from "vitest";
import { Adaptor } from "../../src/adaptors/adaptor.ts";
import { LockOp } from "../../src/allocator.ts";
import type { Handle, IAllocator, ReadonlyBytes } from "../../src/allocator.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";
import { createBlob } from "../../src/blob/create-blob.ts";
import type { PrecisionName } from "../../src/blob/precision.ts";
import type { TBlob } from "../../src/blob/tblob.ts";
import { createSession } from "../../src/engines/onnxruntime/create-session.ts";
import type { OnnxSession } from "../../src/engines/onnxruntime/onnx-session.ts";
import { tinyModel } from "../../src/engines/onnxruntime/tiny-model.ts";
import type { TinyGraph, TinyNode, TinyValue } from "../../src/engines/onnxruntime/tiny-model.ts";
import { EngineError, OutOfMemoryError } from "../../src/errors.ts";

/** ONNX's numbers of element types. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT64 = 7;

/** A heap that notes which locks are held, and can be told to run out of memory. */
class ObservedHeap extends Adaptor<HeapAllocator> {
  readonly #held: Map<Handle, LockOp[]> = new Map();
  /** Allocations that will succeed from now on. */
  allocationsLeft: number = Infinity;

  constructor() {
    super(new HeapAllocator({ maxBytes: 64 * 2 ** 20 }));
  }

  override alloc(size: number): Handle {
    if (this.allocationsLeft === 0) {
      const numbers = { requestedBytes: size, liveBytes: 0, limitBytes: 0, largestFreeBytes: 0 };
      throw new OutOfMemoryError({ allocator: "ObservedHeap", ...numbers });
    }
    this.allocationsLeft--;
    return super.alloc(size);
  }

  override lock(handle: Handle, op: typeof LockOp.LOCK_FOR_READ): ReadonlyBytes;
  override lock(handle: Handle, op?: LockOp): Uint8Array;
  override lock(handle: Handle, op: LockOp = LockOp.LOCK_FOR_WRITE): Uint8Array {
    const view = super.lock(handle, op);
    this.#held.set(handle, [...(this.#held.get(handle) ?? []), op]);
    return view;
  }

  override unlock(handle: Handle): void {
    super.unlock(handle);
    this.#held.get(handle)!.pop();
  }

  /** The locks that are held now, those for reading first. */
  get locks(): LockOp[] {
    return [...this.#held.values()].flat().sort((a, b) => a - b);
  }
}

/** The heap of this test file. */
export const observed: ObservedHeap = new ObservedHeap();
const kept: TBlob[] = [];

/** Has {@link freeAll} free the blob. */
export function keep<P extends PrecisionName>(blob: TBlob<P>): TBlob<P> {
  kept.push(blob);
  return blob;
}

/** A blob that {@link freeAll} frees; its elements are those given, the rest is zero. */
export function blobOf<P extends PrecisionName>(
  precision: P,
  dims: readonly number[],
  elements: ArrayLike<number | bigint> = [],
  allocator: IAllocator = observed,
): TBlob<P> {
  const blob = keep(createBlob({ precision, dims }, { allocator }));
  using map = blob.wmap();
  map.bytes.fill(0);
  (map.data as unknown as { set(values: ArrayLike<number | bigint>): void }).set(elements);
  return blob;
}

/** A blob over an array in shared memory. */
export function sharedBlob(elements: readonly number[]): TBlob<"FP32"> {
  const data = new Float32Array(new SharedArrayBuffer(elements.length * 4));
  data.set(elements);
  return createBlob({ precision: "FP32", dims: [elements.length] }, { data });
}

export function elementsOf(blob: TBlob | undefined): (number | bigint)[] {
  using map = blob!.rmap();
  return Array.from(map.data as ArrayLike<number | bigint>);
}

/** For afterEach: frees the blobs that were kept, and throws when the heap then holds a block or a lock. */
export function freeAll(): void {
  observed.allocationsLeft = Infinity;
  for (const blob of kept.splice(0)) blob.deallocate();
  observed.check();
  const { liveCount, lockedCount } = observed.stats();
  if (liveCount + lockedCount > 0) throw new Error(`${liveCount} blocks are live and ${lockedCount} locked`);
}

/** Left out dims: none are declared. */
export function value(name: string, elementType: number, dims?: readonly (number | string)[]): TinyValue {
  return dims === undefined ? { name, elementType } : { name, elementType, dims };
}

export function node(op: string, inputs: readonly string[], outputs: readonly string[]): TinyNode {
  return { op, inputs, outputs };
}

/** y = a + b, of one free dim. */
export const ADDITION: TinyGraph = {
  inputs: [value("a", FLOAT, ["n"]), value("b", FLOAT, ["n"])],
  outputs: [value("y", FLOAT, ["n"])],
  nodes: [node("Add", ["a", "b"], ["y"])],
};

/** y = x. */
export function identity(
  elementType: number,
  input?: readonly (number | string)[],
  output: readonly (number | string)[] | undefined = input,
): TinyGraph {
  const nodes = [node("Identity", ["x"], ["y"])];
  return { inputs: [value("x", elementType, input)], outputs: [value("y", elementType, output)], nodes };
}

/** A session on the graph that keeps ONNX Runtime from printing errors the test provokes. */
export async function load(graph: TinyGraph, allocator: IAllocator = observed): Promise<OnnxSession> {
  return createSession(tinyModel(graph), { allocator, sessionOptions: { logSeverityLevel: 4 } });
}

/** The EngineError that a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<EngineError> {
  const error: unknown = await promise.then(
    () => "it succeeded",
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}
