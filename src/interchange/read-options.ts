import type { IAllocator } from "../allocator.ts";
import { isAllocator } from "../allocators/is-allocator.ts";
import { BlobError, describe } from "../errors.ts";
import { FormatError } from "./format-error.ts";
import type { FileFormat } from "./format-error.ts";

/** Where the tensors of a file go. */
export interface ReadOptions {
  /** Default: `defaultAllocator()`. */
  readonly allocator?: IAllocator | undefined;
}

/** An allocator in place of the options would be ignored without a word. @throws {BlobError} */
export function assertReadOptions(options: unknown): asserts options is ReadOptions {
  if (typeof options === "object" && options !== null && !isAllocator(options)) {
    const { allocator } = options as { readonly allocator?: unknown };
    if (allocator === undefined || isAllocator(allocator)) return;
    throw new BlobError(`allocator has alloc, lock, unlock and free, which ${describe(allocator)} lacks. Bring one.`);
  }
  throw new BlobError(`The options for reading are { allocator }, not ${describe(options)}.`);
}

/** Throws unless it is a `Uint8Array`, of this realm or another. @throws {FormatError} */
export function assertBytes(format: FileFormat, bytes: unknown): asserts bytes is Uint8Array {
  if (ArrayBuffer.isView(bytes) && (bytes as Uint8Array)[Symbol.toStringTag] === "Uint8Array") return;
  throw new FormatError(
    format,
    `a file is read from a Uint8Array, not from ${describe(bytes)}. Make one: new Uint8Array(arrayBuffer).`,
  );
}
