import type { TBlob } from "../blob/tblob.ts";

/** The tensors of a safetensors file, in memory. */
export class SafetensorsFile {
  /** By name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, TBlob>;
  readonly metadata: ReadonlyMap<string, string>;

  /** @internal Use `readSafetensors`. */
  constructor(tensors: ReadonlyMap<string, TBlob>, metadata: ReadonlyMap<string, string>) {
    this.tensors = tensors;
    this.metadata = metadata;
  }

  /** Deallocates every tensor. Does nothing the second time. */
  deallocate(): void {
    for (const blob of this.tensors.values()) blob.deallocate();
  }

  [Symbol.dispose](): void {
    this.deallocate();
  }
}
