/**
 * Gives the pages of memory that nobody needs back to the operating system, while the buffer stays.
 *
 * madvise with MADV_DONTNEED takes the pages of a private mapping away at once, and the next read finds zeros; macOS has
 * MADV_FREE, which takes them when they are needed elsewhere, and until then leaves what stood in them. mincore tells
 * which pages are there, so that only those are counted. Both are called through koffi; without it nothing happens.
 */
import { loadKoffi } from "./koffi.ts";
import { addressOf } from "./native-address.ts";
import { nodeModule } from "./node-module.ts";

/** What madvise is to be told, on systems where that is known. */
const ADVICE: Readonly<Record<string, number>> = { linux: 4, darwin: 5 };

/** Pages that are asked for at once. */
const PAGES_AT_ONCE = 4096;

interface Pager {
  readonly pageBytes: number;
  /** Fills in a byte per page, of which the lowest bit is 1 when the page is there. */
  mincore(address: number, bytes: number, pages: Uint8Array): number;
  madvise(address: number, bytes: number, advice: number): number;
  readonly advice: number;
  /** The library must not be collected: koffi unloads it then. */
  readonly library: unknown;
}

const state: { pager?: Pager | undefined; isLoaded: boolean } = { isLoaded: false };

/**
 * Gives back the whole pages from byte `start` up to byte `end` of a buffer of fixed size, whatever stands in them.
 *
 * @returns the bytes of those that were there; 0 where this is not possible
 */
export function discardPages(buffer: ArrayBufferLike, start: number, end: number): number {
  const pager = loadPager();
  if (pager === undefined) return 0;
  const { pageBytes } = pager;
  const base = addressOf({ buffer, byteOffset: 0 });
  const first = Math.ceil((base + start) / pageBytes) * pageBytes;
  const last = Math.floor((base + end) / pageBytes) * pageBytes;
  const pages = new Uint8Array(PAGES_AT_ONCE);
  let discarded = 0;
  for (let at = first; at < last; at += PAGES_AT_ONCE * pageBytes) {
    const bytes = Math.min(PAGES_AT_ONCE * pageBytes, last - at);
    if (pager.mincore(at, bytes, pages) !== 0) continue;
    const resident = pages.subarray(0, bytes / pageBytes).reduce((sum, page) => sum + (page & 1), 0);
    if (resident > 0 && pager.madvise(at, bytes, pager.advice) === 0) discarded += resident * pageBytes;
  }
  return discarded;
}

function loadPager(): Pager | undefined {
  if (!state.isLoaded) {
    state.isLoaded = true;
    try {
      state.pager = openPager();
    } catch {
      // A C library without these functions: there is nothing that can be given back.
    }
  }
  return state.pager;
}

function openPager(): Pager | undefined {
  const koffi = loadKoffi();
  const advice = ADVICE[nodeModule("node:process")?.platform ?? ""];
  if (koffi === undefined || advice === undefined) return undefined;
  const library = koffi.load(null);
  return {
    pageBytes: library.func("int getpagesize()")() as number,
    mincore: library.func("int mincore(uint64_t address, size_t bytes, _Out_ uint8_t *pages)") as Pager["mincore"],
    madvise: library.func("int madvise(uint64_t address, size_t bytes, int advice)") as Pager["madvise"],
    advice,
    library,
  };
}
