// Packs the package as it would be published and looks at it from outside: are the entry points and types right, does it
// install into an empty project, and do the README's examples compile there under `strict` and run.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(root, "node_modules", ".bin", name);
const work = mkdtempSync(join(tmpdir(), "tensorheap-"));

try {
  const tarball = pack();
  run(bin("publint"), ["--strict", tarball]);
  // The package is ESM only: that CommonJS on Node 20 cannot require it is meant.
  run(bin("attw"), [tarball, "--profile", "esm-only", "--no-emoji"]);
  const project = install(tarball);
  checkCommand(project);
  checkExamples(project, examplesOf(readFileSync(join(root, "README.md"), "utf8")));
} finally {
  rmSync(work, { recursive: true, force: true });
}

function pack() {
  const printed = execFileSync("npm", ["pack", "--json", "--silent", "--pack-destination", work], {
    cwd: root,
    encoding: "utf8",
  });
  const [{ filename, files, size }] = JSON.parse(printed.slice(printed.indexOf("[")));
  const strays = files
    .map((file) => file.path)
    .filter((path) => /\.(test|fixture)\.|(^|\/)(test|bench|examples)\//.test(path));
  if (strays.length > 0) throw new Error(`The package ships what it should not: ${strays.join(", ")}`);
  console.log(`packed ${filename}: ${files.length} files, ${Math.round(size / 1024)} KiB`);
  return join(work, filename);
}

function install(tarball) {
  const project = join(work, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  run("npm", ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", tarball], project);
  const installed = JSON.parse(readFileSync(join(project, "node_modules", ".package-lock.json"), "utf8")).packages;
  const others = Object.entries(installed).filter(
    ([path, { optional, peer }]) => path !== "node_modules/tensorheap" && !optional && !peer,
  );
  if (others.length > 0)
    throw new Error(`The core must have no dependency, but npm installed ${others.map(([path]) => path).join(", ")}`);
  // The peers that some examples use are large; they are lent from here instead of being fetched again.
  for (const peer of [
    "onnxruntime-node",
    "onnxruntime-common",
    "fast-check",
    "pure-rand",
    "@types",
    "undici-types",
    "vitest",
    "@gutenye",
  ]) {
    symlinkSync(join(root, "node_modules", peer), join(project, "node_modules", peer));
  }
  return project;
}

/** The command runs as npm installs it. */
function checkCommand(project) {
  const command = join(project, "node_modules", ".bin", "tensorheap");
  for (const args of [["--help"], ["info", "--json"]]) run(command, args, project);
  console.log("tensorheap runs as it is installed");
}

/** The TypeScript blocks of a page; one that says `no-run` is only compiled. */
function examplesOf(markdown) {
  return [...markdown.matchAll(/^```ts( no-run)?\n(.*?)^```/gms)].map(([, flag, code]) => ({
    code,
    runs: flag === undefined,
  }));
}

function checkExamples(project, examples) {
  if (examples.length === 0) throw new Error("The README has no example.");
  for (const [i, { code }] of examples.entries())
    writeFileSync(join(project, `example-${i + 1}.ts`), `${code}\nexport {};\n`);
  const options = [
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2022",
    "--lib",
    "es2024,esnext.disposable,dom",
    "--types",
    "node",
  ];
  run(bin("tsc"), [...options, "--outDir", "out", ...examples.map((_, i) => `example-${i + 1}.ts`)], project);
  for (const [i, { runs }] of examples.entries()) {
    if (runs) run(process.execPath, [join("out", `example-${i + 1}.js`)], project);
    console.log(`README example ${i + 1}: compiles${runs ? " and runs" : ""}`);
  }
}

function run(command, args, cwd = root) {
  try {
    execFileSync(command, args, { cwd, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    console.error(error.stdout, error.stderr);
    throw new Error(`${command} ${args.join(" ")} failed`, { cause: error });
  }
}
