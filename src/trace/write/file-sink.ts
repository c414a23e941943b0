import { describe } from "../../errors.ts";
import { nodeModule } from "../../platform/node-module.ts";
import { TraceError } from "../trace-error.ts";
import type { TraceSink } from "./sink.ts";

/** The fastest level: it compresses a trace about six times. */
const GZIP_LEVEL = 1;

/** What files are being written in this process: two writers of one file would overwrite each other. */
const openFiles = new Set<string>();

/**
 * Writes a file synchronously, so that nothing is ever on its way: an allocator cannot wait, and a process can end at any
 * time. Where the name ends in `.gz`, each write becomes a gzip member of its own, so that the file is whole after each.
 */
export class FileSink implements TraceSink {
  readonly isSync = true;
  readonly #fs: NonNullable<ReturnType<typeof nodeModule<"node:fs">>>;
  readonly #gzipSync: ((bytes: Uint8Array) => Uint8Array) | undefined;
  readonly #path: string;
  readonly #descriptor: number;
  readonly #identity: string;
  /** Compressed bytes that could not be written yet. */
  #compressed: Uint8Array = new Uint8Array(0);
  #isClosed = false;

  /** @throws {TraceError} where there are no files, or this one cannot be made */
  constructor(path: string | URL) {
    const fs = nodeModule("node:fs");
    const zlib = nodeModule("node:zlib");
    this.#path = String(path);
    if (fs === undefined || zlib === undefined) {
      throw new TraceError(`There are no files in this runtime to write ${describe(this.#path)} to. Give a stream.`);
    }
    this.#fs = fs;
    this.#gzipSync = this.#path.endsWith(".gz") ? (bytes) => zlib.gzipSync(bytes, { level: GZIP_LEVEL }) : undefined;
    try {
      const before = fs.statSync(path, { bigint: true, throwIfNoEntry: false });
      if (before !== undefined && openFiles.has(identityOf(before))) {
        throw new Error("another trace of this process writes it. Close that one first, or share its TraceWriter");
      }
      this.#descriptor = fs.openSync(path, "w");
      this.#identity = identityOf(fs.fstatSync(this.#descriptor, { bigint: true }));
      if (this.#identity !== "") openFiles.add(this.#identity);
    } catch (cause) {
      throw new TraceError(`The trace ${describe(this.#path)} cannot be made: ${reason(cause)}.`, { cause });
    }
  }

  write(bytes: Uint8Array): number {
    if (this.#gzipSync === undefined) return this.#write(bytes);
    this.#writeCompressed();
    this.#compressed = this.#gzipSync(bytes);
    try {
      this.#writeCompressed();
    } catch {
      // They are kept, and the next call tries again and throws.
    }
    return bytes.length;
  }

  retry(): void {
    this.#writeCompressed();
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#writeCompressed();
      this.#isClosed = true;
      openFiles.delete(this.#identity);
      this.#fs.closeSync(this.#descriptor);
    }
    return Promise.resolve();
  }

  #writeCompressed(): void {
    while (this.#compressed.length > 0) this.#compressed = this.#compressed.subarray(this.#write(this.#compressed));
  }

  #write(bytes: Uint8Array): number {
    let taken = 0;
    try {
      while (taken < bytes.length) taken += this.#fs.writeSync(this.#descriptor, bytes, taken);
    } catch (cause) {
      if (taken > 0) return taken;
      throw new TraceError(
        `The trace ${describe(this.#path)} cannot be written: ${reason(cause)}. ${bytes.length} bytes wait; make room.`,
        { cause },
      );
    }
    return taken;
  }
}

/** The file itself, whatever path leads to it. Devices and pipes can be written by many. */
function identityOf(stats: { isFile(): boolean; readonly dev: bigint; readonly ino: bigint }): string {
  return stats.isFile() ? `${stats.dev}:${stats.ino}` : "";
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : describe(cause);
}
