import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll } from "vitest";

/** A detector, with 300 B in three blocks at the peak, and one of 100 B that is never freed. */
export const LEAKY: readonly object[] = [
  { format: "tensorheap-trace", version: 1, producer: "a test", startedAt: "2025-11-22T16:44:16.175Z" },
  { op: "m", phase: "load", t: 10 },
  { op: "a", id: 1, size: 100, t: 11, label: "weights", site: "load (model.ts:4:2)" },
  { op: "m", phase: "run", t: 12 },
  { op: "a", id: 2, size: 150, t: 12.5, label: "input" },
  { op: "l", id: 2, t: 13, mode: "w" },
  { op: "a", id: 3, size: 50, t: 14 },
  { op: "u", id: 2, t: 15 },
  { op: "f", id: 3, t: 16 },
  { op: "f", id: 2, t: 20 },
];

/** Text of a trace. */
export function lines(events: readonly object[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}

/** Files in a folder of their own, which is removed after the tests of the file. */
export class TraceFiles {
  readonly folder: string;

  static async make(): Promise<TraceFiles> {
    const folder = await mkdtemp(join(tmpdir(), "trace-"));
    afterAll(() => rm(folder, { recursive: true }));
    return new TraceFiles(folder);
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @returns the path */
  async write(name: string, content: string | Uint8Array | readonly object[]): Promise<string> {
    const path = join(this.folder, name);
    const data = typeof content === "string" || content instanceof Uint8Array ? content : lines(content);
    await writeFile(path, data);
    return path;
  }
}

/** Files that no command but `trace validate` makes anything of, and what is said of each. */
export const UNREADABLE: readonly (readonly [name: string, content: string | Uint8Array, message: RegExp])[] = [
  ["empty.jsonl", "", /empty\.jsonl is no trace: the trace is empty\. Give a trace in JSON Lines\./],
  [
    "words.txt",
    "Dear Sir\nor Madam\n",
    /words\.txt is no trace: line 1: "Dear Sir" is no JSON, the first of 2 problems/,
  ],
  ["other.jsonl", '{"format":"other"}\n', /other\.jsonl: Trace line 1: the header names the format "other"/],
  ["newer.jsonl", lines([{ format: "tensorheap-trace", version: 2 }]), /version 2; .*Update tensorheap\./],
  ["cut.jsonl.gz", gzipSync(lines(LEAKY)).subarray(0, 15), /cut\.jsonl\.gz is no trace: .*Give a trace/],
  ["picture.png", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa, 0, 0, 0), /picture\.png is no trace: /],
];
