/**
 * Address space in which every window of 64 MiB shows the same 64 MiB: for native code that insists on a place to write a
 * tensor to that nobody will read. However much is written there, no more memory is used. Linux only.
 */
import { loadKoffi } from "./koffi.ts";

const WINDOW = 64 * 2 ** 20;
const PROT_NONE = 0;
const PROT_READ_WRITE = 3;
const MAP_SHARED_FIXED = 0x11;
/** MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, as Linux numbers them. */
const MAP_RESERVED = 0x4022;

type Call = (...args: readonly (number | string)[]) => number | bigint;

interface LibC {
  readonly mmap: Call;
  readonly munmap: Call;
  readonly create: Call;
  readonly truncate: Call;
  readonly close: Call;
}

/** The process can have some 65,000 mappings; one range takes few of them. */
const MAX_WINDOWS = 8192;

export interface FoldedMemory {
  /** On a page boundary. */
  readonly address: number;
  /** Gives the address space and the memory back. */
  release(): void;
}

/** @returns undefined where there is no such thing, or the system refuses; at most 512 GiB */
export function takeFoldedMemory(bytes: number): FoldedMemory | undefined {
  const windows = Math.ceil(bytes / WINDOW);
  const libc = libcFunctions();
  if (libc === undefined || windows > MAX_WINDOWS) return undefined;
  const file = Number(libc.create("tensorheap", 0));
  if (file < 0) return undefined;
  try {
    if (Number(libc.truncate(file, WINDOW)) !== 0) return undefined;
    const length = windows * WINDOW;
    const address = Number(libc.mmap(0, length, PROT_NONE, MAP_RESERVED, -1, 0));
    if (address <= 0) return undefined;
    const release = (): void => {
      libc.munmap(address, length);
    };
    for (let i = 0; i < windows; i++) {
      const mapped = libc.mmap(address + i * WINDOW, WINDOW, PROT_READ_WRITE, MAP_SHARED_FIXED, file, 0);
      if (Number(mapped) > 0) continue;
      release();
      return undefined;
    }
    return { address, release };
  } finally {
    // The mappings keep the memory.
    libc.close(file);
  }
}

const state: { libc?: LibC | undefined } = {};

function libcFunctions(): LibC | undefined {
  const koffi = loadKoffi();
  if (koffi === undefined || process.platform !== "linux") return undefined;
  try {
    const library = koffi.load(null);
    state.libc ??= {
      mmap: library.func("mmap", "intptr_t", ["uintptr_t", "size_t", "int", "int", "int", "intptr_t"]) as Call,
      munmap: library.func("munmap", "int", ["uintptr_t", "size_t"]) as Call,
      create: library.func("memfd_create", "int", ["str", "uint"]) as Call,
      truncate: library.func("ftruncate", "int", ["int", "intptr_t"]) as Call,
      close: library.func("close", "int", ["int"]) as Call,
    };
  } catch {
    return undefined;
  }
  return state.libc;
}
