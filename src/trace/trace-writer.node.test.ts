import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadTrace, parseTrace, readTrace } from "./read-trace.ts";
import { TraceError } from "./trace-error.ts";
import { TraceWriter } from "./trace-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "tensorheap-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fill(writer: TraceWriter, count: number): void {
  for (let i = 0; i < count; i++) writer.write({ op: "a", id: i, size: i, t: i });
}

describe("TraceWriter to a file", () => {
  test.each(["plain.jsonl", "compressed.jsonl.gz"])("writes and closes %s, by path and by URL", async (name) => {
    for (const path of [join(folder, name), pathToFileURL(join(folder, name))]) {
      const writer = new TraceWriter({ path, chunkBytes: 1_000 });
      fill(writer, 500);
      void writer.close();
      const trace = await loadTrace(path);
      expect(trace).toMatchObject({ problems: { count: 0 }, header: { version: 1 } });
      expect(trace.events.length).toBe(500);
    }
    const bytes = readFileSync(join(folder, name));
    expect(bytes[0] === 0x1f).toBe(name.endsWith(".gz"));
  });

  test("is whole when the writer is disposed of", () => {
    const path = join(folder, "disposed.jsonl");
    {
      using writer = new TraceWriter({ path });
      fill(writer, 10);
    }
    expect(parseTrace(readFileSync(path)).events.length).toBe(10);
  });

  test("writes what waits before long", async () => {
    const path = join(folder, "slow.jsonl");
    const writer = new TraceWriter({ path, flushMs: 5 });
    fill(writer, 3);
    while (parseTrace(readFileSync(path)).events.length < 3) await setTimeout(5);
    await writer.close();
  });

  test.each([join(folder, "no", "such", "folder.jsonl"), folder])("refuses to make %s", (path) => {
    expect(() => new TraceWriter({ path })).toThrow(/cannot be made: E/);
    expect(() => new TraceWriter({ path })).toThrow(TraceError);
  });

  test("a file that another writer of the process has open is refused, and is free once that is closed", async () => {
    const path = join(folder, "twice.jsonl");
    const link = join(folder, "twice-link.jsonl");
    const writer = new TraceWriter({ path });
    fill(writer, 3);
    symlinkSync(path, link);
    for (const name of [path, pathToFileURL(path), link]) {
      expect(() => new TraceWriter({ path: name })).toThrow(/another trace of this process/);
    }
    await writer.close();
    expect((await loadTrace(path)).events.length).toBe(3);
    await new TraceWriter({ path: link }).close();
  });

  test("a file that is missing, or a folder, is the file system's own error", async () => {
    await expect(loadTrace(join(folder, "missing"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(loadTrace(folder)).rejects.toMatchObject({ code: "EISDIR" });
  });

  test.runIf(process.platform === "linux")("a full disk refuses what can be refused, and keeps the rest", async () => {
    const writer = new TraceWriter({ path: "/dev/full", chunkBytes: 200 });
    expect(() => fill(writer, 100)).toThrow(/ENOSPC.*make room/);
    writer.free(1, 1);
    expect(() => writer.reserve()).toThrow(/ENOSPC/);
    expect(() => writer.flush()).toThrow(TraceError);
    await expect(writer.close()).rejects.toThrow(/ENOSPC/);
    expect(writer.isClosed).toBe(false);
  });
});

describe("TraceWriter to a Node stream", () => {
  test("hands it chunks, and close waits for all of them", async () => {
    const path = join(folder, "stream.jsonl");
    const writer = new TraceWriter({ stream: createWriteStream(path), chunkBytes: 500 });
    fill(writer, 2_000);
    await writer.close();
    expect((await loadTrace(path)).events.length).toBe(2_000);
  });

  test("can be read while it is written", async () => {
    const stream = new PassThrough();
    const writer = new TraceWriter({ stream, chunkBytes: 500 });
    fill(writer, 1_000);
    const closed = writer.close();
    const reading = readTrace(stream);
    let count = 0;
    for await (const batch of reading.batches()) count += batch.length;
    await closed;
    expect([count, reading.problems.count]).toEqual([1_000, 0]);
  });

  test("a slow stream owes no more than the bound, and has everything in the end", async () => {
    const taken: Buffer[] = [];
    let most = 0;
    const stream: Writable = new Writable({
      write: (chunk: Buffer, _, done) => {
        most = Math.max(most, stream.writableLength);
        setImmediate(() => {
          taken.push(chunk);
          done();
        });
      },
    });
    const writer = new TraceWriter({ stream, chunkBytes: 256, maxBufferedBytes: 2_048 });
    const refusals: unknown[] = [];
    for (let i = 0; i < 2_000;) {
      try {
        writer.write({ op: "m", phase: "p", t: i });
        i++;
      } catch (error) {
        refusals.push(error);
        await writer.drained();
      }
    }
    await writer.close();
    expect(refusals.length).toBeGreaterThan(5);
    expect(refusals.every((error) => error instanceof TraceError)).toBe(true);
    expect(most).toBeLessThanOrEqual(2_048);
    expect(parseTrace(Buffer.concat(taken)).events.map(({ t }) => t)).toEqual(
      Array.from({ length: 2_000 }, (_, i) => i),
    );
  });

  test("many traces can go to one stream, one after the other, and each leaves no listener there", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): number => warnings.push(warning);
    process.on("warning", listen);
    const stream = new PassThrough();
    for (let i = 0; i < 20; i++) {
      const writer = new TraceWriter({ stream, endStream: false });
      fill(writer, 2);
      await writer.close();
      await writer.drained();
    }
    expect([stream.listenerCount("error"), stream.listenerCount("close"), stream.destroyed]).toEqual([0, 0, false]);
    await setTimeout(0);
    process.off("warning", listen);
    expect(warnings).toEqual([]);
    stream.end();
    expect(parseTrace(stream.read() as Buffer).events.length).toBe(40);
  });

  test("an error of a stream that it ended is not thrown at the process", async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(),
      destroy: (_error, done) => setImmediate(done, new Error("could not be closed")),
    });
    const writer = new TraceWriter({ stream });
    fill(writer, 2);
    await writer.close();
    await new Promise((resolve) => stream.on("close", resolve));
    expect(stream.errored?.message).toBe("could not be closed");
  });

  test("tells of a stream that failed", async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error("unplugged")) });
    const writer = new TraceWriter({ stream });
    await expect(writer.drained()).rejects.toThrow(/unplugged/);
  });

  test("a slow stream is waited for by close, and every call of it gives the same end", async () => {
    const taken: Buffer[] = [];
    const stream = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _, done) => {
        setImmediate(() => {
          taken.push(chunk);
          done();
        });
      },
    });
    const writer = new TraceWriter({ stream, chunkBytes: 256, maxBufferedBytes: 1_024 });
    for (let id = 0; id < 200; id++) writer.free(id, id);
    expect(() => writer.flush()).toThrow(/above the bound/);
    const first = writer.close();
    expect(writer.close()).toBe(first);
    await first;
    expect(writer.isClosed).toBe(true);
    expect(parseTrace(Buffer.concat(taken)).events.length).toBe(200);
  });

  test("a stream that is destroyed without an error fails the trace, in the middle of a write as well", async () => {
    for (const stream of [new PassThrough(), new Writable({ write: () => {} })]) {
      const writer = new TraceWriter({ stream, chunkBytes: 100 });
      fill(writer, 5_000);
      const closed = writer.close();
      stream.destroy();
      await expect(closed).rejects.toThrow(TraceError);
      await expect(writer.close()).rejects.toThrow(/stream of the trace failed/);
      expect(() => new TraceWriter({ stream })).toThrow(/destroyed already/);
    }
  });
});

describe("at the end of a process", () => {
  const script = join(folder, "child.mjs");
  beforeAll(async () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const source = `
      import { HeapAllocator } from "./src/allocators/heap.ts";
      import { TraceAdaptor } from "./src/adaptors/trace.ts";
      const [path, count, end] = process.argv.slice(2);
      const traced = new TraceAdaptor(new HeapAllocator(), path === "-" ? { stream: process.stdout } : { path });
      if (end === "late") process.on("exit", () => traced.free(traced.alloc(1)));
      for (let i = 0; i < count; i++) traced.free(traced.alloc(i));
      if (end === "exit") process.exit(0);
      if (end === "throw") throw new Error("on purpose");
      if (end === "reject") Promise.reject(new Error("on purpose"));
      if (end === "kill") process.kill(process.pid, "SIGKILL");
      if (end === "flush-kill") { traced.writer.flush(); traced.free(traced.alloc(1)); process.kill(process.pid, "SIGKILL"); }
    `;
    await build({
      stdin: { contents: source, resolveDir: root, loader: "js" },
      bundle: true,
      format: "esm",
      platform: "node",
      outfile: script,
      logLevel: "silent",
    });
  });

  function run(path: string, count: number, end: string): string {
    return spawnSync(process.execPath, [script, path, String(count), end], { encoding: "utf8" }).stdout;
  }

  test.each(["return", "exit", "throw", "reject"])("by %s, nothing is lost", async (end) => {
    for (const name of ["child.jsonl", "child.jsonl.gz"]) {
      const path = join(folder, name);
      run(path, 1_234, end);
      const trace = await loadTrace(path);
      expect([trace.events.length, trace.problems.count]).toEqual([2_468, 0]);
    }
  });

  test("what later listeners of the end do is there, too", async () => {
    const path = join(folder, "late.jsonl");
    run(path, 100, "late");
    expect(await loadTrace(path)).toMatchObject({ events: { length: 202 }, problems: { count: 0 } });
  });

  test("by a kill, everything up to the last flush can be read", async () => {
    for (const name of ["killed.jsonl", "killed.jsonl.gz"]) {
      const path = join(folder, name);
      run(path, 10_000, "kill");
      const partial = await loadTrace(path);
      expect(partial.events.length).toBeGreaterThan(10_000);
      expect(partial.events.length).toBeLessThanOrEqual(20_000);
      expect(partial.problems.list.filter(({ kind }) => kind !== "cut-line")).toEqual([]);
      run(path, 1_000, "flush-kill");
      expect(await loadTrace(path)).toMatchObject({ events: { length: 2_000 }, problems: { count: 0 } });
    }
  });

  test.runIf(process.platform === "linux")("a full disk is told on stderr, though nothing was closed", () => {
    const compressed = join(folder, "full.jsonl.gz");
    symlinkSync("/dev/full", compressed);
    for (const path of ["/dev/full", compressed]) {
      const { stderr } = spawnSync(process.execPath, [script, path, "10", "return"], { encoding: "utf8" });
      expect(stderr).toMatch(/^tensorheap: The trace ".*" cannot be written: ENOSPC.*make room\.\n$/);
    }
  });

  test("standard output has everything, too", () => {
    expect(parseTrace(run("-", 1_000, "exit"))).toMatchObject({ events: { length: 2_000 }, problems: { count: 0 } });
  });

  test("a file that was cut is read as far as it goes", async () => {
    const path = join(folder, "cut.jsonl");
    run(path, 100, "exit");
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length - 10));
    const trace = await loadTrace(path);
    expect(trace.events.length).toBe(199);
    expect(trace.problems.list).toMatchObject([{ kind: "cut-line", line: 201 }]);
  });
});
