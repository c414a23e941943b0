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

/**
 * Code for Linux on x64 by the calling convention there, placed when it is first asked for, once per thread.
 *
 * @param instructions bytes of one or more each
 * @returns what gives the address; undefined on other systems, and where no code may be placed
 */
export function x64Code(instructions: readonly (readonly number[])[]): () => number | undefined {
  let address: number | undefined;
  let isPlaced = false;
  return () => {
    if (!isPlaced) {
      isPlaced = true;
      const isLinux = process.platform === "linux" && process.arch === "x64";
      address = isLinux ? placeCode(Uint8Array.from(instructions.flat())) : undefined;
    }
    return address;
  };
}
