import type koffi from "koffi";

/** The foreign function interface that is an optional peer. */
export type Koffi = typeof koffi;

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
