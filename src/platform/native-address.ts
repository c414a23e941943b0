import { EngineError, describe } from "../errors.ts";
import { loadKoffi, whyNoKoffi } from "./koffi.ts";

/** Where buffers begin. An address does not change while the buffer is fixed and not detached. */
const bases: WeakMap<ArrayBufferLike, number> = new WeakMap();

/**
 * The native address of a view's first byte: for memory that native code is to use. The caller keeps the view for as long
 * as it does.
 *
 * A typed array of up to 64 bytes lies on V8's own heap and moves, until its `buffer` is asked for: then V8 gives it
 * memory of its own. Asking is what this does first, so that every view has an address that stays.
 *
 * @throws {EngineError} when the memory has no address that stays: resizable, growable, or detached
 */
export function addressOf(view: { readonly buffer: ArrayBufferLike; readonly byteOffset: number }): number {
  const { buffer } = view;
  const base = bases.get(buffer);
  // Of a buffer that was detached since, byteLength is 0.
  if (base !== undefined && buffer.byteLength > 0) return base + view.byteOffset;
  return baseOf(buffer) + view.byteOffset;
}

function baseOf(buffer: ArrayBufferLike): number {
  const koffi = loadKoffi();
  if (koffi === undefined) {
    throw new EngineError(
      `The package koffi gives access to native addresses, and it cannot be used here: ${whyNoKoffi() ?? "it is missing"}. Run: npm install koffi`,
    );
  }
  const { resizable, growable, detached } = buffer as {
    readonly resizable?: boolean;
    readonly growable?: boolean;
    readonly detached?: boolean;
  };
  if (resizable === true || growable === true || detached === true) {
    const what = detached === true ? "detached" : "resizable";
    throw new EngineError(
      `The memory is ${describe(buffer)} that is ${what}, so it has no address that stays. Use a buffer of a fixed size.`,
    );
  }
  // Of a buffer of no bytes, any address will do; nobody reads from it.
  if (buffer.byteLength === 0) return 64;
  const base = Number(koffi.address(new Uint8Array(buffer)));
  bases.set(buffer, base);
  return base;
}
