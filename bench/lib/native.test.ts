import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { NativePeerEntry } from "../peers/peer.ts";
import { findLibrary, NativeRunner, whyNotHere } from "./native.ts";

const glibc: NativePeerEntry = { id: "glibc", kind: "native", note: "", libraries: [], package: "gcc" };
const other: NativePeerEntry = {
  ...glibc,
  id: "other",
  libraries: ["libnone.so.2", "libnone.so"],
  package: "libnone2",
};
const request = { workload: "64 B", mode: "touch", targetMs: 1, warmUpMs: 0, footprint: true } as const;

test("the first name that is in one of the folders is taken", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tensorheap-test-"));
  try {
    expect(findLibrary(other, ["/no/such/folder", folder])).toBeNull();
    await writeFile(join(folder, "libnone.so"), "");
    expect(findLibrary(other, ["/no/such/folder", folder])).toBe(join(folder, "libnone.so"));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a peer that cannot be measured here says what to install", () => {
  expect(whyNotHere(glibc, null)).toMatch(/C compiler \(apt-get install gcc/);
});

test("the C program replays what a workload does, wherever it can be compiled", async () => {
  const runner = await NativeRunner.create();
  const measurement = await runner?.run(glibc, { ...request, peer: glibc.id }).finally(() => runner.close());
  const why = whyNotHere(other, runner);
  expect(why).toMatch(runner === null ? /C compiler/ : /^not here: apt-get install libnone2$/);
  expect(measurement?.peakBytes ?? 64).toBe(64);
  expect(measurement?.pairs ?? 1).toBeGreaterThan(0);
  expect(measurement?.footprintBytes ?? 0).toBeGreaterThanOrEqual(0);
});
