import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { afterEach, expect, test } from "vitest";
import { buildOnce } from "./build-once.ts";

const built: string[] = [];
const parts = [`${process.pid}`, "parts"];

async function build(text: string, of: readonly string[] = parts): Promise<string> {
  const path = await buildOnce("test.txt", of, (file) => writeFile(file, text));
  built.push(path);
  return path;
}

afterEach(async () => {
  for (const path of built.splice(0)) await rm(path, { force: true });
});

test("what was built from the same parts is not built again", async () => {
  expect(await build("second")).toBe(await build("first"));
  expect(await readFile(await build("third"), "utf8")).not.toBe("third");
});

test("other parts are another file", async () => {
  const path = await build("a");
  const other = await build("b", [...parts, "more"]);
  expect(other).not.toBe(path);
  expect(await readFile(other, "utf8")).toBe("b");
});

test("a build that fails leaves no file, and is tried again", async () => {
  await expect(buildOnce("test.txt", parts, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const path = await build("again");
  expect(existsSync(path)).toBe(true);
  expect(await readFile(path, "utf8")).toBe("again");
});
