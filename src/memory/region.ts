/**
 * Memory as it is taken from the runtime: one fixed buffer per region, never grown, so that a view of it stays good for
 * as long as the region lives.
 *
 * The buffer is a WebAssembly memory's: page-aligned in every runtime, where a plain ArrayBuffer promises 16 bytes and
 * hides its address; and backed page by page when first touched, so that what is reserved and never used costs address
 * space only. No code can grow or detach it, since the memory object is dropped here.
 */

const PAGE = 65_536;

/** Bytes that one region can have: 4 GiB, WebAssembly's limit with 32-bit addresses. */
export const MAX_REGION_BYTES: number = 65_536 * PAGE;

/** @returns at least `bytes` (rounded up to 64 KiB), or `undefined` when the runtime refuses */
export function takeRegion(bytes: number): ArrayBuffer | undefined {
  if (bytes > MAX_REGION_BYTES) return undefined;
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) }).buffer;
  } catch (error) {
    // What V8, SpiderMonkey and JavaScriptCore throw when address space or commit charge is short.
    if (error instanceof RangeError || error instanceof WebAssembly.RuntimeError) return undefined;
    throw error;
  }
}
