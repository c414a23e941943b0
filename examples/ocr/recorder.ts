/** Records what a reading does with memory, and has `tensorheap report` draw it. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { TraceAdaptor } from "tensorheap";
import type { IAllocator } from "tensorheap";

/** Files to write. */
export interface RecorderOptions {
  /** The page. */
  readonly report: string | undefined;
  /** The trace itself; without it, it is kept in a temporary file. */
  readonly trace: string | undefined;
  /** Heading of the page. */
  readonly title: string;
}

export class Recorder {
  /** What is allocated through it is recorded, with the place in the program. */
  readonly traced: TraceAdaptor;
  readonly #options: RecorderOptions;
  readonly #folder: string | undefined;
  readonly #path: string;

  /** @throws {TraceError} when the trace cannot be written */
  constructor(allocator: IAllocator, options: RecorderOptions) {
    this.#options = options;
    this.#folder = options.trace === undefined ? mkdtempSync(join(tmpdir(), "ocr-")) : undefined;
    this.#path = options.trace ?? join(this.#folder!, "trace.jsonl");
    this.traced = new TraceAdaptor(allocator, { path: this.#path, sites: 1 });
  }

  /** Ends the recording and writes the page. @returns what was written, a line each */
  async finish(): Promise<string[]> {
    const { report, trace } = this.#options;
    await this.traced.close();
    const lines = trace === undefined ? [] : [`${trace}: the trace. See it with: npx tensorheap report ${trace}`];
    if (report !== undefined) lines.push(await this.#draw(report));
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.traced.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true });
  }

  /** The command of the package, as npx would run it. */
  async #draw(page: string): Promise<string> {
    const manifest = createRequire(import.meta.url).resolve("tensorheap/package.json");
    const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly bin: { readonly tensorheap: string } };
    const command = [join(dirname(manifest), bin.tensorheap), "report", this.#path, "-o", page];
    const title = ["--title", this.#options.title];
    const { stdout } = await promisify(execFile)(process.execPath, [...command, ...title]);
    return stdout.trim();
  }
}
