/**
 * ONNX Runtime's C API used plainly, with the engine's own memory: what a C program gets. Outputs are not copied, and not
 * even looked at.
 */
import { loadKoffi } from "../../src/platform/koffi.ts";
import { addressOf } from "../../src/platform/native-address.ts";
import { NativeWords } from "../../src/platform/native-words.ts";
import { NativeNames } from "../../src/engines/onnxruntime-native/native-names.ts";
import { modelInfo } from "../../src/engines/onnxruntime-native/model-info.ts";
import { check } from "../../src/engines/onnxruntime-native/ort-api.ts";
import { loadLibrary } from "../../src/engines/onnxruntime-native/ort-library.ts";
import type { EngineCase } from "./models.ts";

/** A model in the engine's own memory. */
export interface PlainEngine {
  run(data: Float32Array, dims: readonly number[]): void;
  /** Bytes that the engine's arena took from the system; null where there is no arena. */
  arenaBytes(): number | null;
}

const FLOAT = 1;
/** Of OrtApi: CreateAllocator, AllocatorGetStats, GetKeyValue; of ONNX Runtime 1.23 and later. */
const CREATE_ALLOCATOR = 131;
const ALLOCATOR_GET_STATS = 319;
const GET_KEY_VALUE = 297;
const NEWEST_API = 23;
/** OrtArenaAllocator and OrtDeviceAllocator. */
const ARENA = 1;

export function startPlainEngine({ model, input }: EngineCase, hasPattern: boolean): PlainEngine {
  const library = loadLibrary(false);
  const { api, env, scratch } = library;
  check(api, api.CreateSessionOptions(scratch.address), "make options");
  const options = scratch.get(0);
  check(api, api.SetIntraOpNumThreads(options, 1), "set threads");
  if (!hasPattern) {
    check(api, api.DisableMemPattern(options), "switch the pattern off");
  }
  const source = model();
  const status =
    typeof source === "string"
      ? api.CreateSession(env, source, options, scratch.address)
      : api.CreateSessionFromArray(env, addressOf(source), source.length, options, scratch.address);
  check(api, status, "load the model");
  const session = scratch.get(0);
  api.ReleaseSessionOptions(options);
  const inputs = new NativeNames([input]);
  const outputs = new NativeNames(modelInfo(library, session, "output").map(({ name }) => name));
  const values = new NativeWords(2);
  const shape = new NativeWords(8);
  check(api, api.CreateRunOptions(scratch.address), "make options of a run");
  const runOptions = scratch.get(0);
  return {
    run(data, dims) {
      for (const [i, dim] of dims.entries()) shape.set(i, dim);
      const { address } = values;
      const bytes = data.byteLength;
      const { memoryInfo } = library;
      const made = api.CreateTensorWithDataAsOrtValue(
        memoryInfo,
        addressOf(data),
        bytes,
        shape.address,
        dims.length,
        FLOAT,
        address,
      );
      check(api, made, "wrap the input");
      values.set(1, 0);
      const ran = api.Run(session, runOptions, inputs.address, address, 1, outputs.address, 1, values.addressAt(1));
      check(api, ran, "run");
      api.ReleaseValue(values.get(1));
      api.ReleaseValue(values.get(0));
    },
    arenaBytes() {
      return readArena(session);
    },
  };
}

function pointers(count: number): string[] {
  return Array.from({ length: count }, () => "uint64_t");
}

function readArena(session: number): number | null {
  const koffi = loadKoffi()!;
  const { api, scratch, path } = loadLibrary(false);
  const base = koffi.load(path).func("OrtGetApiBase", "uint64_t", [])() as number;
  const pointed = (table: number, index: number, result: string, parameters: string[]) =>
    koffi.decode(koffi.decode(table, index * 8, "uint64_t"), koffi.proto(result, parameters)) as (
      ...args: unknown[]
    ) => unknown;
  const table = pointed(base, 0, "uint64_t", ["uint32_t"])(NEWEST_API) as number;
  check(api, api.CreateCpuMemoryInfo(ARENA, 0, scratch.address), "describe memory");
  const create = pointed(table, CREATE_ALLOCATOR, "uint64_t", pointers(3));
  check(api, create(session, scratch.get(0), scratch.address) as number, "find the arena");
  const stats = pointed(table, ALLOCATOR_GET_STATS, "uint64_t", pointers(2));
  check(api, stats(scratch.get(0), scratch.address) as number, "read the arena's statistics");
  const value = pointed(table, GET_KEY_VALUE, "str", ["uint64_t", "str"])(scratch.get(0), "TotalAllocated");
  return typeof value === "string" ? Number(value) : null;
}
