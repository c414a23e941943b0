import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { buildOnce } from "../lib/build-once.ts";
import type { Peer, PeerOptions } from "./peer.ts";

const SOURCE = `\
export function alloc(size: usize): usize { return heap.alloc(size); }
export function free(address: usize): void { heap.free(address); }
`;
const FLAGS: readonly string[] = ["-O3", "--noAssert", "--runtime", "minimal"];

interface Exports {
  readonly memory: WebAssembly.Memory;
  alloc(size: number): number;
  free(address: number): void;
}

/** The TLSF allocator of AssemblyScript's runtime, as a small WebAssembly module. A refused block is a trap. */
export class AssemblyScriptPeer implements Peer<number> {
  readonly none = 0;
  readonly #exports: Exports;
  readonly #base: number;
  #bytes: Uint8Array;

  private constructor(exports: Exports, peakBytes: number) {
    this.#exports = exports;
    this.#base = exports.alloc(peakBytes) >>> 0;
    exports.free(this.#base);
    this.#bytes = new Uint8Array(exports.memory.buffer);
  }

  /** Compiles the module if that was not done before. */
  static async create(options: PeerOptions): Promise<AssemblyScriptPeer> {
    const { version } = createRequire(import.meta.url)("assemblyscript/package.json") as { version: string };
    const path = await buildOnce("tlsf.wasm", [SOURCE, version, ...FLAGS], compile);
    const { instance } = await WebAssembly.instantiate(await readFile(path), { env: { abort } });
    return new AssemblyScriptPeer(instance.exports as unknown as Exports, options.peakBytes);
  }

  alloc(size: number): number {
    return this.#exports.alloc(size) >>> 0;
  }

  free(block: number): void {
    this.#exports.free(block);
  }

  write(block: number, size: number, stride: number): void {
    const end = block + size;
    if (end > this.#bytes.length) this.#bytes = new Uint8Array(this.#exports.memory.buffer);
    const bytes = this.#bytes;
    for (let i = block; i < end; i += stride) bytes[i] = 1;
  }

  offsetOf(block: number): number {
    return block - this.#base;
  }
}

function abort(): never {
  throw new Error("The AssemblyScript module aborted: out of memory, or a block that is not its own.");
}

async function compile(path: string): Promise<void> {
  const { default: asc } = await import("assemblyscript/asc");
  let output: Uint8Array | undefined;
  const messages: string[] = [];
  const { error } = await asc.main(["alloc.ts", ...FLAGS, "--outFile", "alloc.wasm"], {
    readFile: (name) => (name === "alloc.ts" ? SOURCE : null),
    writeFile: (name, contents) => {
      if (name === "alloc.wasm") output = contents as Uint8Array;
    },
    listFiles: () => [],
    stderr: { write: (chunk) => void messages.push(String(chunk)) },
  });
  if (output === undefined) {
    throw new Error(`AssemblyScript's compiler wrote nothing. ${messages.join("")}`, { cause: error });
  }
  await writeFile(path, output);
}
