import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { fallbackCode } from "./fallback-code.ts";

const CHILD = fileURLToPath(new URL("../../../test/children/native-engine.ts", import.meta.url));

const WORKERS = fileURLToPath(new URL("../../../test/children/native-engine-workers.ts", import.meta.url));

/** What the child printed. A crash, a hang or an error is an error here. */
async function child(scenario: string, file = CHILD): Promise<unknown> {
  const args = ["--expose-gc", "--import", "tsx", file, scenario];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000, killSignal: "SIGKILL" });
  return JSON.parse(stdout);
}

test("a process whose allocator refuses any allocation of a run lives on", async () => {
  expect(await child("refusals")).toEqual({ survived: "refusals", errors: ["OutOfMemoryError"], points: true });
});

test("a process whose allocator throws from within its methods lives on, and hears what was thrown", async () => {
  expect(await child("throwing")).toEqual({
    survived: "throwing",
    errors: ["TypeError", "TypeError", "a string", "a string", "a object", "a object"],
    outputs: 1,
  });
});

test("nodes in parallel, which would wait for ever, are refused", async () => {
  expect(await child("parallel")).toEqual({ survived: "parallel", error: "EngineError" });
});

test("an input that nobody mentions while the engine reads it is not collected", async () => {
  expect(await child("forgotten")).toEqual({ survived: "forgotten", wrong: [] });
});

test("tensors of a few bytes in arrays of the runtime do not move", async () => {
  expect(await child("small")).toEqual({ survived: "small", wrong: 0 });
});

test("collections at any moment change nothing", async () => {
  expect(await child("collections")).toEqual({ survived: "collections", wrong: [], live: 0 });
});

test("a tensor of 3 GiB, made of an input of 8 bytes, is refused", async () => {
  const errors = ["OutOfMemoryError", "OutOfMemoryError"];
  expect(await child("huge")).toEqual({ survived: "huge", errors, elements: 100 });
});

test("an allocator that runs or disposes of the session that is calling it is refused, or has to wait", async () => {
  expect(await child("reentrant")).toEqual({ survived: "reentrant", errors: ["EngineError"], live: 0 });
});

test("a process may end while a run is under way", async () => {
  expect(await child("exit")).toEqual({ survived: "exit" });
});

/** How a child ends that does not come to its end, or hangs. */
async function ending(scenario: string): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const args = ["--expose-gc", "--import", "tsx", CHILD, scenario];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
      timeout: 20_000,
      killSignal: "SIGKILL",
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as { code: unknown; stdout: string; stderr: string };
  }
}

test("a process may exit while a run that calls back is under way elsewhere, and keeps its exit code", async () => {
  const { code, stdout, stderr } = await ending("exitAtFirst");
  expect({ code, stderr }).toEqual({ code: 7, stderr: "" });
  expect(stdout).toMatch(/listener 7$/);
});

test("an error that nobody catches while such a run is under way is printed, and ends the process", async () => {
  const { code, stdout, stderr } = await ending("uncaught");
  expect(code).toBe(1);
  expect(stdout).toMatch(/listener 1$/);
  expect(stderr).toMatch(/RangeError: a mistake of the caller\n +at /);
});

test("an allocator that asks for an asynchronous run while one begins gets it afterwards", async () => {
  expect(await child("queued")).toEqual({ survived: "queued", wrong: [] });
});

test("an allocator that makes a session while one is being made is refused, and may during a run", async () => {
  expect(await child("nested")).toEqual({ survived: "nested", first: 1, errors: ["EngineError", "none"] });
});

test("settings that are no strings, and NUL characters in settings and paths, are refused", async () => {
  expect(await child("settings")).toEqual({ survived: "settings", errors: ["EngineError"], good: "none" });
});

test("a collected blob is not taken for one that was never given, and bytes that the engine reads are kept", async () => {
  const kept = { areBytesKept: true, areBytesGone: true };
  expect(await child("collected")).toEqual({ survived: "collected", isBlobGone: true, error: "EngineError", ...kept });
});

test("worker threads that make sessions at the same moment get their own allocators, and may be terminated", async () => {
  const right = { wrong: [], liveCount: 0, usesItsOwnHeap: true };
  expect(await child("", WORKERS)).toEqual({ own: right, results: [right, right, right, right], after: right });
});

const TERMINATED = fileURLToPath(new URL("../../../test/children/native-engine-terminated.ts", import.meta.url));

describe.runIf(fallbackCode() !== undefined)("a worker thread that ends in the midst of what the engine does", () => {
  test("does not end the process, and leaves nothing in the way of the next session", async () => {
    const right = Array.from({ length: 10 }, () => true);
    expect(await child("", TERMINATED)).toEqual({ right, wrong: [] });
  });

  test("since the process exits does not keep it from that", async () => {
    expect(await child("main's exit", TERMINATED)).toEqual({ state: 1, errors: [] });
  });
});
