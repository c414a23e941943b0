/**
 * ONNX Runtime's C API, as far as this engine calls it.
 *
 * The library exports one symbol, OrtGetApiBase. Behind it is a table of function pointers, which only ever grows at its
 * end, so that an index means the same function in every version. The indices are counted from the public header
 * include/onnxruntime/core/session/onnxruntime_c_api.h of microsoft/onnxruntime. All pointers are declared as uint64 and
 * are plain numbers here: addresses have 47 bits. A status is 0 or a pointer to an error.
 */
import { EngineError } from "../../errors.ts";
import type { Koffi } from "../../platform/koffi.ts";

/** A native pointer; 0 is null. */
export type Pointer = number;
/** 0, or an error to be released. */
export type Status = Pointer;

/** One function of the table, and the same called on a thread of its own. */
interface Run {
  (...args: readonly number[]): Status;
  async: (...args: readonly (number | ((error: unknown, status: Status) => void))[]) => void;
}

/** The functions by their names in the header. Out parameters are addresses to write to. */
export interface OrtApi {
  readonly GetErrorMessage: (status: Status) => string;
  readonly CreateEnv: (logLevel: number, name: string, out: Pointer) => Status;
  readonly CreateSession: (env: Pointer, path: string, options: Pointer, out: Pointer) => Status;
  readonly CreateSessionFromArray: (
    env: Pointer,
    bytes: Pointer,
    length: number,
    options: Pointer,
    out: Pointer,
  ) => Status;
  readonly Run: Run;
  readonly CreateSessionOptions: (out: Pointer) => Status;
  readonly DisableMemPattern: (options: Pointer) => Status;
  readonly DisableCpuMemArena: (options: Pointer) => Status;
  readonly SetSessionLogSeverityLevel: (options: Pointer, level: number) => Status;
  readonly SetSessionGraphOptimizationLevel: (options: Pointer, level: number) => Status;
  readonly SetIntraOpNumThreads: (options: Pointer, count: number) => Status;
  readonly SessionGetInputCount: (session: Pointer, out: Pointer) => Status;
  readonly SessionGetOutputCount: (session: Pointer, out: Pointer) => Status;
  readonly SessionGetInputTypeInfo: (session: Pointer, index: number, out: Pointer) => Status;
  readonly SessionGetOutputTypeInfo: (session: Pointer, index: number, out: Pointer) => Status;
  readonly SessionGetInputName: (session: Pointer, index: number, allocator: Pointer, out: Pointer) => Status;
  readonly SessionGetOutputName: (session: Pointer, index: number, allocator: Pointer, out: Pointer) => Status;
  readonly CreateRunOptions: (out: Pointer) => Status;
  readonly RunOptionsSetTerminate: (options: Pointer) => Status;
  readonly RunOptionsUnsetTerminate: (options: Pointer) => Status;
  readonly CreateTensorWithDataAsOrtValue: (
    info: Pointer,
    data: Pointer,
    bytes: number,
    dims: Pointer,
    rank: number,
    elementType: number,
    out: Pointer,
  ) => Status;
  readonly GetTensorMutableData: (value: Pointer, out: Pointer) => Status;
  readonly CastTypeInfoToTensorInfo: (info: Pointer, out: Pointer) => Status;
  readonly GetOnnxTypeFromTypeInfo: (info: Pointer, out: Pointer) => Status;
  readonly GetTensorElementType: (info: Pointer, out: Pointer) => Status;
  readonly GetDimensionsCount: (info: Pointer, out: Pointer) => Status;
  readonly GetDimensions: (info: Pointer, out: Pointer, count: number) => Status;
  readonly GetSymbolicDimensions: (info: Pointer, out: Pointer, count: number) => Status;
  readonly GetTensorTypeAndShape: (value: Pointer, out: Pointer) => Status;
  readonly CreateCpuMemoryInfo: (allocatorType: number, memoryType: number, out: Pointer) => Status;
  readonly AllocatorFree: (allocator: Pointer, pointer: Pointer) => Status;
  readonly GetAllocatorWithDefaultOptions: (out: Pointer) => Status;
  readonly ReleaseStatus: (status: Status) => void;
  readonly ReleaseSession: (session: Pointer) => void;
  readonly ReleaseValue: (value: Pointer) => void;
  readonly ReleaseRunOptions: (options: Pointer) => void;
  readonly ReleaseTypeInfo: (info: Pointer) => void;
  readonly ReleaseTensorTypeAndShapeInfo: (info: Pointer) => void;
  readonly ReleaseSessionOptions: (options: Pointer) => void;
  readonly AddSessionConfigEntry: (options: Pointer, key: string, value: string) => Status;
  readonly RegisterAllocator: (env: Pointer, allocator: Pointer) => Status;
  readonly UnregisterAllocator: (env: Pointer, info: Pointer) => Status;
}

/** The level of the table that this engine asks for: every version from 1.20 on has it. */
export const API_LEVEL = 20;

/** Index, result and parameters; `p` is a pointer or size, `i` an int, `s` a string, `w` a path. */
const FUNCTIONS: Readonly<Record<keyof OrtApi, readonly [index: number, result: string, parameters: string]>> = {
  GetErrorMessage: [2, "s", "p"],
  CreateEnv: [3, "p", "isp"],
  CreateSession: [7, "p", "pwpp"],
  CreateSessionFromArray: [8, "p", "ppppp"],
  Run: [9, "p", "pppppppp"],
  CreateSessionOptions: [10, "p", "p"],
  DisableMemPattern: [17, "p", "p"],
  DisableCpuMemArena: [19, "p", "p"],
  SetSessionLogSeverityLevel: [22, "p", "pi"],
  SetSessionGraphOptimizationLevel: [23, "p", "pi"],
  SetIntraOpNumThreads: [24, "p", "pi"],
  SessionGetInputCount: [30, "p", "pp"],
  SessionGetOutputCount: [31, "p", "pp"],
  SessionGetInputTypeInfo: [33, "p", "ppp"],
  SessionGetOutputTypeInfo: [34, "p", "ppp"],
  SessionGetInputName: [36, "p", "pppp"],
  SessionGetOutputName: [37, "p", "pppp"],
  CreateRunOptions: [39, "p", "p"],
  RunOptionsSetTerminate: [46, "p", "p"],
  RunOptionsUnsetTerminate: [47, "p", "p"],
  CreateTensorWithDataAsOrtValue: [49, "p", "pppppip"],
  GetTensorMutableData: [51, "p", "pp"],
  CastTypeInfoToTensorInfo: [55, "p", "pp"],
  GetOnnxTypeFromTypeInfo: [56, "p", "pp"],
  GetTensorElementType: [60, "p", "pp"],
  GetDimensionsCount: [61, "p", "pp"],
  GetDimensions: [62, "p", "ppp"],
  GetSymbolicDimensions: [63, "p", "ppp"],
  GetTensorTypeAndShape: [65, "p", "pp"],
  CreateCpuMemoryInfo: [69, "p", "iip"],
  AllocatorFree: [76, "p", "pp"],
  GetAllocatorWithDefaultOptions: [78, "p", "p"],
  ReleaseStatus: [93, "v", "p"],
  ReleaseSession: [95, "v", "p"],
  ReleaseValue: [96, "v", "p"],
  ReleaseRunOptions: [97, "v", "p"],
  ReleaseTypeInfo: [98, "v", "p"],
  ReleaseTensorTypeAndShapeInfo: [99, "v", "p"],
  ReleaseSessionOptions: [100, "v", "p"],
  AddSessionConfigEntry: [130, "p", "pss"],
  RegisterAllocator: [176, "p", "pp"],
  UnregisterAllocator: [177, "p", "pp"],
};

const TYPES: Readonly<Record<string, string>> = {
  p: "uint64_t",
  i: "int",
  s: "str",
  v: "void",
  // Paths are wide on Windows.
  w: process.platform === "win32" ? "str16" : "str",
};

/** Makes the functions of a table callable. */
export function bindApi(koffi: Koffi, table: Pointer): OrtApi {
  const api = Object.entries(FUNCTIONS).map(([name, [index, result, parameters]]) => {
    const type = koffi.proto(
      TYPES[result]!,
      Array.from(parameters, (parameter) => TYPES[parameter]!),
    );
    const address: unknown = koffi.decode(table, index * 8, "uint64_t");
    return [name, koffi.decode(address, type)];
  });
  return Object.fromEntries(api) as OrtApi;
}

/** Where a function of a table begins. */
export function addressInApi(koffi: Koffi, table: Pointer, name: keyof OrtApi): Pointer {
  return Number(koffi.decode(table, FUNCTIONS[name][0] * 8, "uint64_t"));
}

/** What an error says; it is released. */
export function messageOf(api: OrtApi, status: Status): string {
  const message = api.GetErrorMessage(status);
  api.ReleaseStatus(status);
  return message.trim().replaceAll(/\s+/g, " ");
}

/** @throws {EngineError} when a call that cannot be the caller's fault failed */
export function check(api: OrtApi, status: Status, what: string): void {
  if (status === 0) return;
  throw new EngineError(`ONNX Runtime cannot ${what}: ${messageOf(api, status)}. Please report this.`);
}
