/** A C function. `async` calls it on another thread; its last argument is a callback (error, result). */
export interface NativeFunction {
  (...args: unknown[]): unknown;
  readonly async: (...args: unknown[]) => void;
}

/** A shared library. Unloaded when this object is collected. */
export interface NativeLibrary {
  func(name: string, result: string, parameters: readonly string[]): NativeFunction;
  /** @param declaration as C has it */
  func(declaration: string): NativeFunction;
}

/** A type as koffi knows it. */
export interface NativeType {
  readonly name: string;
}

/**
 * What of koffi, the foreign function interface that is an optional peer, the package uses. Spelled out here, since the
 * package's declarations must compile where koffi is not installed.
 */
export interface Koffi {
  readonly version: string;
  /** @param path of a shared library; null is the program itself, with the C library */
  load(path: string | null): NativeLibrary;
  proto(result: string, parameters: string[]): NativeType;
  pointer(type: NativeType): NativeType;
  register(callback: (...args: never[]) => unknown, type: NativeType): unknown;
  unregister(callback: unknown): void;
  decode(address: unknown, type: NativeType): NativeFunction;
  decode(address: unknown, offset: number, type: string): unknown;
  /** @param length of the array; -1 for a string, up to its NUL */
  decode(address: unknown, type: string, length: number): unknown;
  address(value: unknown): bigint;
  view(address: unknown, byteLength: number): ArrayBuffer;
}

interface Require {
  (name: string): unknown;
}

interface Runtime {
  getBuiltinModule?(name: "node:module"): { createRequire(from: string): Require } | undefined;
}

const state: { koffi?: Koffi | undefined; why?: string; isLoaded: boolean } = { isLoaded: false };

/**
 * koffi, loaded at the first call. Synchronous and free of static imports of Node's modules, so that files that also run
 * in browsers can ask.
 *
 * @returns undefined where it is not installed, cannot be loaded, or the runtime is no Node
 */
export function loadKoffi(): Koffi | undefined {
  if (!state.isLoaded) {
    state.isLoaded = true;
    try {
      const runtime = (globalThis as { process?: Runtime }).process;
      const node = runtime?.getBuiltinModule?.("node:module");
      if (node === undefined) state.why = "this runtime is not Node";
      else state.koffi = node.createRequire(import.meta.url)("koffi") as Koffi;
    } catch (error) {
      state.why = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    }
  }
  return state.koffi;
}

/** Why {@link loadKoffi} has nothing to give; undefined when it has, or was not asked yet. */
export function whyNoKoffi(): string | undefined {
  return state.why;
}
