// Emits the package into dist/: the compiler writes the declarations, esbuild the code, one file per entry point and
// chunks for what they share.
//
// The bundler earns its place by one thing: it writes constants that are imported from another file as the numbers they
// are. In an ES module an imported constant is a load, a check that it is initialised and a check of its type, each time;
// the heap's hot path, which is made of them, is a fifth faster without.
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { buildPage } from "./build-page.mjs";
import { bundleCliPackages, writeThirdPartyLicenses } from "./bundle-cli-packages.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports, bin } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const entries = [...Object.values(exports).map((entry) => entry.default), ...Object.values(bin)]
  .filter((path) => path?.startsWith("./dist/"))
  .map((path) => path.replace("./dist/", "").replace(/\.js$/, ""));

// Built beside dist/ and put in its place when whole: a build that fails, or a program that runs meanwhile, has the old one.
const fresh = `dist.${process.pid}`;
process.on("exit", () => rmSync(`${root}${fresh}`, { recursive: true, force: true }));

try {
  const compiler = [`${root}node_modules/typescript/bin/tsc`, "-p", "tsconfig.build.json", "--outDir", fresh];
  execFileSync(process.execPath, compiler, { cwd: root, stdio: "inherit" });
} catch {
  process.exit(1); // the compiler has said why
}
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
  outdir: fresh,
  format: "esm",
  target: "es2022",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  plugins: [bundleCliPackages, { name: "report-page", setup: embedPage }],
  legalComments: "none",
  metafile: true,
  minifySyntax: true,
  sourcemap: true,
  logLevel: "warning",
});

// esbuild writes a class that names itself as `Name = class _Name`, and `_Name` is what users would read in errors.
// The name inside is a scope of its own, so it can be the same.
for (const file of readdirSync(`${root}${fresh}`, { recursive: true })) {
  if (!file.endsWith(".js")) continue;
  const code = readFileSync(`${root}${fresh}/${file}`, "utf8");
  const names = new Set([...code.matchAll(/\b(\w+) = class _\1\b/g)].map(([, name]) => name));
  const renamed = [...names].reduce((text, name) => text.replaceAll(new RegExp(`\\b_${name}\\b`, "g"), name), code);
  if (names.size > 0) writeFileSync(`${root}${fresh}/${file}`, renamed);
}

writeThirdPartyLicenses(metafile, root, `${root}${fresh}/THIRD-PARTY-LICENSES.txt`);
for (const path of Object.values(bin)) chmodSync(`${root}${path.replace("./dist/", `${fresh}/`)}`, 0o755);
rmSync(`${root}dist`, { recursive: true, force: true });
renameSync(`${root}${fresh}`, `${root}dist`);

/** The page of the memory report becomes text in the place of the file that bundles it when it runs from source. */
function embedPage(build) {
  build.onLoad({ filter: /[/\\]report[/\\]html[/\\]page-assets\.ts$/ }, async () => ({
    contents: `const assets = ${JSON.stringify(await buildPage())};\nexport const pageAssets = () => assets;\n`,
    loader: "js",
  }));
}
