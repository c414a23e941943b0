import { EngineError } from "../../errors.ts";
import { loadKoffi } from "../../platform/koffi.ts";
import type { EngineMemory } from "./engine-memory.ts";
import type { Pointer } from "./ort-api.ts";

/** The functions of an OrtAllocator struct that lead into this thread's JavaScript. */
export interface AllocatorCallbacks {
  readonly alloc: Pointer;
  readonly free: Pointer;
  readonly info: Pointer;
  readonly reserve: Pointer;
  /** From now on, calls with that struct are the memory's. @returns the end of that */
  readonly attach: (struct: Pointer, memory: EngineMemory) => () => void;
}

/** By the address of their struct. Keeps them alive, since native code knows the address. */
const memories: Map<Pointer, EngineMemory> = new Map();
let callbacks: AllocatorCallbacks | undefined;

/** The callbacks of this thread: one set for all sessions, for as long as the thread lives. They never throw. */
export function callbacksOf(memoryInfo: Pointer): AllocatorCallbacks {
  callbacks ??= register(memoryInfo);
  return callbacks;
}

function register(memoryInfo: Pointer): AllocatorCallbacks {
  const koffi = loadKoffi();
  if (koffi === undefined) throw new EngineError("The package koffi is missing. Run: npm install koffi");
  const pointerTo = (result: string, parameters: string[]): ReturnType<typeof koffi.pointer> =>
    koffi.pointer(koffi.proto(result, parameters));
  const alloc = koffi.register(
    (struct: number, size: number | bigint) => memories.get(struct)?.allocate(Number(size)) ?? 0,
    pointerTo("uint64_t", ["uint64_t", "uint64_t"]),
  );
  const reserve = koffi.register(
    (struct: number, size: number | bigint) => memories.get(struct)?.reserve(Number(size)) ?? 0,
    pointerTo("uint64_t", ["uint64_t", "uint64_t"]),
  );
  const free = koffi.register(
    (struct: number, address: number) => memories.get(struct)?.free(address),
    pointerTo("void", ["uint64_t", "uint64_t"]),
  );
  const info = koffi.register(() => memoryInfo, pointerTo("uint64_t", ["uint64_t"]));
  return {
    alloc: Number(alloc),
    free: Number(free),
    info: Number(info),
    reserve: Number(reserve),
    attach(struct, memory) {
      memories.set(struct, memory);
      return () => memories.delete(struct);
    },
  };
}
