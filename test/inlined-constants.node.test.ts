import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** Files of numbers that hot paths are made of. */
const LAYOUTS = ["heap/layout.ts", "heap/handle-table-layout.ts", "heap/planned-layout.ts", "memory/view-seats.ts"];

test.each(LAYOUTS)("bundled, the constants of %s are numbers where they are used", async (file) => {
  const names = constantsOf(file);
  expect(names.length).toBeGreaterThan(0);
  const code = await bundle("allocators/planned.ts", "allocators/system.ts");
  // A constant that was not written as a number is loaded from the array's index: records[block + SIZE].
  const loaded = names.filter((name) => new RegExp(` [+*] ${name}\\d*\\]`).test(code));
  expect(loaded).toEqual([]);
});

test.each([
  ["conversions of 64-bit integers", "blob/convert/wide-constants.ts", "blob/convert.ts"],
  ["a plan's tape", "plan/tape-layout.ts", "allocators/planned.ts"],
])("bundled, the constants of %s are nowhere but as numbers", async (_, file, user) => {
  const names = constantsOf(file);
  expect(names.length).toBeGreaterThan(0);
  const code = (await bundle(user)).replaceAll(/\/\*[^]*?\*\//g, "");
  expect(names.filter((name) => new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
});

function constantsOf(file: string): string[] {
  const source = fileURLToPath(new URL(`../src/${file}`, import.meta.url));
  return [...readFileSync(source, "utf8").matchAll(/^export const (\w+)/gm)].map(([, name]) => name!);
}

/** The code of these files, as the package has it. */
async function bundle(...files: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: files.map((file) => fileURLToPath(new URL(`../src/${file}`, import.meta.url))),
    outdir: "dist",
    bundle: true,
    format: "esm",
    target: "es2022",
    minifySyntax: true,
    packages: "external",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("\n");
}
