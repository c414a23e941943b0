// Emits the package into dist/: the compiler writes the declarations, esbuild the code, one file per entry point and
// chunks for what they share.
//
// The bundler earns its place by one thing: it writes constants that are imported from another file as the numbers they
// are. In an ES module an imported constant is a load, a check that it is initialised and a check of its type, each time;
// the heap's hot path, which is made of them, is a fifth faster without.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const entries = Object.values(exports)
  .map((entry) => entry.default)
  .filter((path) => path?.startsWith("./dist/"))
  .map((path) => path.replace("./dist/", "").replace(/\.js$/, ""));

rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
  outdir: "dist",
  format: "esm",
  target: "es2022",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  packages: "external",
  minifySyntax: true,
  sourcemap: true,
  logLevel: "warning",
});

// esbuild writes a class that names itself as `Name = class _Name`, and `_Name` is what users would read in errors.
// The name inside is a scope of its own, so it can be the same.
for (const file of readdirSync(`${root}dist`, { recursive: true })) {
  if (!file.endsWith(".js")) continue;
  const code = readFileSync(`${root}dist/${file}`, "utf8");
  const names = new Set([...code.matchAll(/\b(\w+) = class _\1\b/g)].map(([, name]) => name));
  const renamed = [...names].reduce((text, name) => text.replaceAll(new RegExp(`\\b_${name}\\b`, "g"), name), code);
  if (names.size > 0) writeFileSync(`${root}dist/${file}`, renamed);
}
