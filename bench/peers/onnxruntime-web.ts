import type { Peer, PeerOptions } from "./peer.ts";

/** What is used of the emscripten module. */
interface OrtModule {
  readonly HEAPU8: Uint8Array;
  _malloc(size: number): number;
  _free(address: number): void;
}

type OrtFactory = (options: { readonly numThreads: number }) => Promise<OrtModule>;

const MODULE = "onnxruntime-web/ort-wasm-simd-threaded.mjs";

/** The allocator that onnxruntime-web's tensors live in. */
export class OnnxRuntimeWebPeer implements Peer<number> {
  readonly none = 0;
  readonly #module: OrtModule;
  readonly #base: number;
  #bytes: Uint8Array;

  private constructor(module: OrtModule, base: number) {
    this.#module = module;
    this.#base = base;
    this.#bytes = module.HEAPU8;
  }

  static async create(options: PeerOptions): Promise<OnnxRuntimeWebPeer> {
    const { default: factory } = (await import(MODULE)) as { default: OrtFactory };
    const module = await factory({ numThreads: 1 });
    const base = module._malloc(options.peakBytes);
    module._free(base);
    return new OnnxRuntimeWebPeer(module, base);
  }

  alloc(size: number): number {
    const address = this.#module._malloc(size);
    if (address === 0) throw new Error(`onnxruntime-web's _malloc refused ${size} bytes.`);
    return address;
  }

  free(block: number): void {
    this.#module._free(block);
  }

  write(block: number, size: number, stride: number): void {
    const end = block + size;
    if (end > this.#bytes.length) this.#bytes = this.#module.HEAPU8;
    const bytes = this.#bytes;
    for (let i = block; i < end; i += stride) bytes[i] = 1;
  }

  offsetOf(block: number): number {
    return block - this.#base;
  }
}
