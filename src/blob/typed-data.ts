import { BlobError, describe } from "../errors.ts";
import type { Precision, PrecisionName } from "./precision.ts";

/** `Float16Array` where the program's lib knows it; the bits in a `Uint16Array` are always possible. */
type Float16Data = typeof globalThis extends { Float16Array: { prototype: infer F } } ? F | Uint16Array : Uint16Array;

interface DataByPrecision {
  FP64: Float64Array;
  FP32: Float32Array;
  /** `Float16Array` where the runtime has it, else the bits. */
  FP16: Float16Data;
  /** The upper halves of FP32 bits. */
  BF16: Uint16Array;
  I64: BigInt64Array;
  U64: BigUint64Array;
  I32: Int32Array;
  U32: Uint32Array;
  I16: Int16Array;
  U16: Uint16Array;
  /** Fixed point: 8 bits of integer part, 8 of fraction. */
  Q78: Int16Array;
  I8: Int8Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
  /** The packed bytes, as for every type below. */
  U4: Uint8Array;
  I4: Uint8Array;
  NF4: Uint8Array;
  BIN: Uint8Array;
  CUSTOM: Uint8Array;
  MIXED: never;
  UNSPECIFIED: never;
}

/** The typed array that elements of a precision are mapped as. The union of all for a precision not known to the compiler. */
export type DataOf<P extends PrecisionName> = DataByPrecision[P];

/** What a blob of a precision can wrap: its typed array, for FP16 the bits too, for U8 the pixels of an `ImageData`. */
export type WrappableOf<P extends PrecisionName> = DataOf<P> | ("U8" extends P ? Uint8ClampedArray : never);

/** A typed array that the compiler lets you read only: `T` its elements, `A` the array that `slice` copies them to. */
export interface ReadonlyTypedArray<T extends number | bigint, A> extends Iterable<T> {
  readonly [index: number]: T;
  readonly length: number;
  readonly byteLength: number;
  readonly byteOffset: number;
  /** For APIs that take any buffer view to read from. Writing through it is writing through a read lock. */
  readonly buffer: ArrayBufferLike;
  readonly BYTES_PER_ELEMENT: number;
  at(index: number): T | undefined;
  slice(start?: number, end?: number): A;
  subarray(begin?: number, end?: number): ReadonlyTypedArray<T, A>;
  indexOf(searchElement: T, fromIndex?: number): number;
  includes(searchElement: T, fromIndex?: number): boolean;
  every(predicate: (value: T, index: number) => unknown): boolean;
  some(predicate: (value: T, index: number) => unknown): boolean;
}

/** {@link DataOf} for reading. */
export type ReadonlyDataOf<P extends PrecisionName> = ReadonlyDataByPrecision[P];
type ReadonlyDataByPrecision = { [Q in PrecisionName]: ReadonlyViewOf<DataByPrecision[Q]> };
type ReadonlyViewOf<A> = A extends { readonly [index: number]: infer T extends number | bigint }
  ? ReadonlyTypedArray<T, A>
  : never;

/** What all typed array classes have in common, as far as it is needed here. */
interface TypedArrayClass {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): ArrayBufferView;
}

const FLOAT16 = (globalThis as { Float16Array?: TypedArrayClass }).Float16Array ?? Uint16Array;

/** Everything that is not here is mapped as bytes. */
const CLASSES: Partial<Record<PrecisionName, TypedArrayClass>> = {
  FP64: Float64Array,
  FP32: Float32Array,
  FP16: FLOAT16,
  BF16: Uint16Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  Q78: Int16Array,
  I8: Int8Array,
};

/** Typed arrays that can be wrapped besides the one that a precision is mapped as. */
const ALSO_WRAPPED: Partial<Record<PrecisionName, string>> = { FP16: "Uint16Array", U8: "Uint8ClampedArray" };

/**
 * The elements in `bytes` as the typed array of a precision. For precisions that are mapped as bytes, `bytes` itself.
 *
 * @throws {BlobError} when the bytes do not start on a multiple of the element size
 */
export function typedData<P extends PrecisionName>(precision: Precision<P>, bytes: Uint8Array): DataOf<P> {
  const View = CLASSES[precision.kind];
  if (View === undefined) return bytes as DataOf<P>;
  const elementSize = View.BYTES_PER_ELEMENT;
  const { byteOffset } = bytes;
  if (byteOffset % elementSize !== 0) {
    throw new BlobError(
      `${precision.name} data start at byte ${byteOffset} of their buffer, which is no multiple of ${elementSize}. ` +
        `Use an allocator that aligns its blocks to ${elementSize} bytes, or read \`bytes\`.`,
    );
  }
  return new View(bytes.buffer, byteOffset, bytes.byteLength / elementSize) as DataOf<P>;
}

/** Throws unless `data` is the typed array of the precision. @throws {BlobError} naming both */
export function assertWrappable(precision: Precision, data: unknown): asserts data is ArrayBufferView {
  const expected = CLASSES[precision.kind]?.name ?? "Uint8Array";
  const actual = arrayName(data);
  if (actual === expected || (actual !== undefined && actual === ALSO_WRAPPED[precision.kind])) return;
  const cure =
    actual === undefined
      ? `Bring a ${expected}, or an allocator with alloc, lock, unlock and free.`
      : `Make one over the same memory: new ${expected}(array.buffer, array.byteOffset, length).`;
  throw new BlobError(
    `${precision.name} data are wrapped from a ${expected}, not from ${actual ?? describe(data)}. ${cure}`,
  );
}

/** The class of a typed array, which may be another realm's or a subclass such as Node's Buffer. */
function arrayName(data: unknown): string | undefined {
  if (!ArrayBuffer.isView(data)) return undefined;
  return (data as ArrayBufferView & { readonly [Symbol.toStringTag]: string })[Symbol.toStringTag];
}
