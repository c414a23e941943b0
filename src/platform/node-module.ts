import type * as fs from "node:fs";
import type * as process from "node:process";
import type * as zlib from "node:zlib";

/** Modules of Node that files which also run in browsers ask for. */
interface NodeModules {
  readonly "node:fs": typeof fs;
  readonly "node:process": typeof process;
  readonly "node:zlib": typeof zlib;
}

interface Runtime {
  getBuiltinModule?(name: string): unknown;
}

/**
 * A module of Node, without an import of it: files that also run in browsers can ask, and bundlers see nothing.
 *
 * @returns undefined where the runtime is no Node
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] | undefined {
  const runtime = (globalThis as { process?: Runtime }).process;
  return runtime?.getBuiltinModule?.(name) as NodeModules[Name] | undefined;
}
