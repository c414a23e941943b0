import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** Files of numbers that hot paths are made of. */
const LAYOUTS = ["heap/layout.ts", "heap/handle-table-layout.ts", "heap/planned-layout.ts", "memory/view-seats.ts"];

test.each(LAYOUTS)("bundled, the constants of %s are numbers where they are used", async (file) => {
  const source = fileURLToPath(new URL(`../src/${file}`, import.meta.url));
  const names = [...readFileSync(source, "utf8").matchAll(/^export const (\w+)/gm)].map(([, name]) => name!);
  expect(names.length).toBeGreaterThan(0);
  const { outputFiles } = await build({
    entryPoints: ["planned", "system"].map((name) =>
      fileURLToPath(new URL(`../src/allocators/${name}.ts`, import.meta.url)),
    ),
    outdir: "dist",
    bundle: true,
    format: "esm",
    target: "es2022",
    minifySyntax: true,
    packages: "external",
    write: false,
  });
  const code = outputFiles.map(({ text }) => text).join("\n");
  // A constant that was not written as a number is loaded from the array's index: records[block + SIZE].
  const loaded = names.filter((name) => new RegExp(` [+*] ${name}\\d*\\]`).test(code));
  expect(loaded).toEqual([]);
});
