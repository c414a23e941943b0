import { EngineError } from "../../errors.ts";
import { loadKoffi, whyNoKoffi } from "../../platform/koffi.ts";
import type { Koffi } from "../../platform/koffi.ts";
import { NativeWords } from "../../platform/native-words.ts";
import { findLibrary } from "./find-library.ts";
import type { LibraryPlace } from "./find-library.ts";
import { API_LEVEL, addressInApi, bindApi, check } from "./ort-api.ts";
import type { OrtApi, Pointer } from "./ort-api.ts";
import { TESTED_PACKAGE, TESTED_VERSIONS } from "./tested-versions.ts";

/** ONNX Runtime's own log level from which on it prints: warnings and worse. Sessions set their own. */
const WARNING = 2;

/** The library as this thread uses it. It stays loaded for as long as the thread lives. */
export interface OrtLibrary {
  readonly path: string;
  readonly version: string;
  readonly api: OrtApi;
  /** The environment; the process has one, whoever asks for it. */
  readonly env: Pointer;
  /** Says that memory is the CPU's. */
  readonly memoryInfo: Pointer;
  /** Address of RunOptionsSetTerminate, for machine code. */
  readonly setTerminate: Pointer;
  /** Words for out parameters. Whoever calls reads them before anybody else can call. */
  readonly scratch: NativeWords;
}

/** What is asked of the machine; tests answer in its place. */
export interface LibrarySource {
  readonly koffi: () => Koffi | undefined;
  readonly find: () => LibraryPlace;
}

const THIS_MACHINE: LibrarySource = { koffi: loadKoffi, find: findLibrary };
const SCRATCH_WORDS = 64;
const RTLD_NOW = 2;

let loaded: OrtLibrary | undefined;
/** koffi unloads a library when its handle is collected, so this is kept. */
let handle: unknown;

/**
 * Loads ONNX Runtime's library, once per thread.
 *
 * @param allowUntested whether to go on with a version that the tests did not run with
 * @throws {EngineError} when koffi or the library is missing or does not load, or has another version
 */
export function loadLibrary(allowUntested: boolean, source: LibrarySource = THIS_MACHINE): OrtLibrary {
  if (loaded !== undefined && source === THIS_MACHINE) {
    assertTested(loaded.version, allowUntested);
    return loaded;
  }
  const koffi = source.koffi();
  if (koffi === undefined) {
    throw new EngineError(
      `This engine calls ONNX Runtime's library through the package koffi, which cannot be used here: ` +
        `${whyNoKoffi() ?? "it is not installed"}. Run: npm install koffi; or use tensorheap/engines/onnxruntime.`,
    );
  }
  const { path, version: packageVersion } = source.find();
  // Before anything of it is loaded: a library of a future version may not even load.
  assertTested(packageVersion, allowUntested);
  const library = open(koffi, path);
  const base = library.func("OrtGetApiBase", "uint64_t", [])() as Pointer;
  const version = pointedFunction(koffi, base, 1, "str", [])() as string;
  assertTested(version, allowUntested);
  const table = pointedFunction(koffi, base, 0, "uint64_t", ["uint32_t"])(API_LEVEL) as Pointer;
  if (table === 0) {
    throw new EngineError(
      `ONNX Runtime ${version} has no API of level ${API_LEVEL}. Run: npm install ${TESTED_PACKAGE}`,
    );
  }
  const api = bindApi(koffi, table);
  const scratch = new NativeWords(SCRATCH_WORDS);
  check(api, api.CreateEnv(WARNING, "tensorheap", scratch.address), "make an environment");
  const env = scratch.get(0);
  check(api, api.CreateCpuMemoryInfo(0, 0, scratch.address), "describe memory");
  const memoryInfo = scratch.get(0);
  handle = library;
  const setTerminate = addressInApi(koffi, table, "RunOptionsSetTerminate");
  loaded = { path, version, api, env, memoryInfo, setTerminate, scratch };
  return loaded;
}

/** Whether the library was loaded by this thread. */
export function isLoaded(): boolean {
  return handle !== undefined;
}

function assertTested(version: string, allowUntested: boolean): void {
  if (allowUntested || TESTED_VERSIONS.some((tested) => version === tested || version.startsWith(`${tested}.`))) return;
  throw new EngineError(
    `onnxruntime-node brings ONNX Runtime ${version}, and this engine was tested with ${TESTED_VERSIONS.join(", ")}: in ` +
      `another version, a refused allocation could end the process. Run: npm install ${TESTED_PACKAGE}; or use ` +
      "tensorheap/engines/onnxruntime, or take the risk with { allowUntestedVersion: true }.",
  );
}

function open(koffi: Koffi, path: string): ReturnType<Koffi["load"]> {
  try {
    loadBySystem(koffi, path);
    return koffi.load(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `ONNX Runtime's library does not load: ${reason} Check that ${path} is whole and made for this platform.`;
    throw new EngineError(message, undefined, { cause });
  }
}

/**
 * Loads the library by the system's own call, on Linux, before koffi does. That takes tens of milliseconds, and a worker
 * thread that is terminated meanwhile comes back from a native call, but not from koffi's `load`, which ends the process.
 */
function loadBySystem(koffi: Koffi, path: string): void {
  if (process.platform !== "linux") return;
  try {
    koffi.load(null).func("dlopen", "uint64_t", ["str", "int"])(path, RTLD_NOW);
  } catch {
    // It is not needed: koffi loads the library all the same.
  }
}

function pointedFunction(
  koffi: Koffi,
  table: Pointer,
  index: number,
  result: string,
  parameters: string[],
): (...args: unknown[]) => unknown {
  const address: unknown = koffi.decode(table, index * 8, "uint64_t");
  return koffi.decode(address, koffi.proto(result, parameters));
}
