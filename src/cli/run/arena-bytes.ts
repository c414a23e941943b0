import { check } from "../../engines/onnxruntime-native/ort-api.ts";
import type { Pointer } from "../../engines/onnxruntime-native/ort-api.ts";
import type { OrtLibrary } from "../../engines/onnxruntime-native/ort-library.ts";
import { loadKoffi } from "../../platform/koffi.ts";

/** Of OrtApi, as in ort-api.ts: CreateAllocator, GetKeyValue and AllocatorGetStats. The last is of ONNX Runtime 1.23. */
const CREATE_ALLOCATOR = 131;
const GET_KEY_VALUE = 297;
const ALLOCATOR_GET_STATS = 319;
const API_LEVEL = 23;
/** OrtArenaAllocator and OrtMemTypeDefault. */
const ARENA = 1;
const DEFAULT_MEMORY = 0;

/**
 * Bytes that the arena of a session took from the system, which it never gives back: `TotalAllocated` of its statistics.
 *
 * @returns null where this version of ONNX Runtime has no statistics
 */
export function arenaBytes({ api, scratch, path }: OrtLibrary, session: Pointer): number | null {
  const koffi = loadKoffi()!;
  const library = koffi.load(path);
  const base = library.func("OrtGetApiBase", "uint64_t", [])() as Pointer;
  const call = (table: Pointer, index: number, result: string, parameters: readonly string[], ...args: unknown[]) => {
    const address: unknown = koffi.decode(table, index * 8, "uint64_t");
    const pointed = koffi.decode(address, koffi.proto(result, [...parameters])) as (...args: unknown[]) => unknown;
    return pointed(...args);
  };
  const table = call(base, 0, "uint64_t", ["uint32_t"], API_LEVEL) as Pointer;
  if (table === 0) return null;
  const words = ["uint64_t", "uint64_t", "uint64_t"];
  check(api, api.CreateCpuMemoryInfo(ARENA, DEFAULT_MEMORY, scratch.address), "describe memory");
  const made = call(table, CREATE_ALLOCATOR, "uint64_t", words, session, scratch.get(0), scratch.address);
  check(api, made as Pointer, "find its arena");
  const read = call(table, ALLOCATOR_GET_STATS, "uint64_t", words.slice(1), scratch.get(0), scratch.address);
  check(api, read as Pointer, "read the statistics of its arena");
  const text = call(table, GET_KEY_VALUE, "str", ["uint64_t", "str"], scratch.get(0), "TotalAllocated");
  return typeof text === "string" && text !== "" ? Number(text) : null;
}
