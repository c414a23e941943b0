import { loadKoffi } from "./koffi.ts";

const PROT_READ_WRITE = 3;
const PROT_READ_EXECUTE = 5;
/** MAP_PRIVATE | MAP_ANONYMOUS, as Linux numbers them. */
const MAP_PRIVATE_ANONYMOUS = 0x22;
const PAGE = 4096;

/**
 * Puts machine code where the processor may execute it, for the life of the process. Linux only. The page is written
 * first and made executable then, never both at once.
 *
 * @param code at most a page
 * @returns its address; undefined where the system does not allow it
 */
export function placeCode(code: Uint8Array): number | undefined {
  const koffi = loadKoffi();
  if (koffi === undefined || process.platform !== "linux" || code.length > PAGE) return undefined;
  try {
    const libc = koffi.load(null);
    const mmap = libc.func("mmap", "intptr_t", ["uintptr_t", "size_t", "int", "int", "int", "intptr_t"]);
    const mprotect = libc.func("mprotect", "int", ["uintptr_t", "size_t", "int"]);
    const address = Number(mmap(0, PAGE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0));
    if (address <= 0) return undefined;
    new Uint8Array(koffi.view(address, PAGE)).set(code);
    return mprotect(address, PAGE, PROT_READ_EXECUTE) === 0 ? address : undefined;
  } catch {
    return undefined;
  }
}
