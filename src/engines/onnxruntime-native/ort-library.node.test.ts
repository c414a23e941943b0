import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EngineError } from "../../errors.ts";
import { loadKoffi } from "../../platform/koffi.ts";
import { findLibrary } from "./find-library.ts";
import { loadLibrary } from "./ort-library.ts";

const here = findLibrary();
const koffi = loadKoffi();

function notInstalled(): string {
  throw new Error("Cannot find module 'onnxruntime-node/package.json'");
}

/** A file that is no library. */
function thisFile(): typeof here {
  return { path: new URL(import.meta.url).pathname, version: "1.30.0" };
}

function errorOf(run: () => unknown): EngineError {
  try {
    run();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error("it succeeded");
}

test("the library of this platform is found in onnxruntime-node, and loads with its version", () => {
  const library = loadLibrary(false);
  expect(library.path).toBe(here.path);
  expect(library.version).toBe(here.version);
  expect(loadLibrary(false)).toBe(library);
});

test("without onnxruntime-node, the error says how to install it", () => {
  expect(errorOf(() => findLibrary({ platform: "linux", arch: "x64", resolve: notInstalled })).message).toMatch(
    /not installed.* npm install onnxruntime-node@1\.30$/,
  );
});

test("on a platform without a known name of the library, and where the package has none, the error says so", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ort-"));
  try {
    const manifest = join(folder, "package.json");
    await writeFile(manifest, JSON.stringify({ version: "1.30.0" }));
    const resolve = (): string => manifest;
    expect(errorOf(() => findLibrary({ platform: "plan9", arch: "mips", resolve })).message).toMatch(
      /does not know what ONNX Runtime's library is called on plan9/,
    );
    expect(errorOf(() => findLibrary({ platform: "constructor", arch: "mips", resolve })).message).toMatch(
      /constructor/,
    );
    expect(errorOf(() => findLibrary({ platform: "linux", arch: "mips", resolve })).message).toMatch(
      /has no library for linux mips/,
    );
    const bin = join(folder, "bin", "napi-v6", "darwin", "arm64");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "libonnxruntime.1.dylib"), "");
    expect(findLibrary({ platform: "darwin", arch: "arm64", resolve })).toEqual({
      path: join(bin, "libonnxruntime.1.dylib"),
      version: "1.30.0",
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("without koffi, the error says how to install it and what else there is", () => {
  const error = errorOf(() => loadLibrary(false, { koffi: () => undefined, find: () => here }));
  expect(error.message).toMatch(/npm install koffi; or use tensorheap\/engines\/onnxruntime/);
});

test("another version is refused before it is loaded, unless it is allowed", () => {
  for (const version of ["1.3.0", "1.300.0", "1.31.0", "2.0.0"]) {
    const find = (): typeof here => ({ path: "/no/such/library", version });
    const error = errorOf(() => loadLibrary(false, { koffi: () => koffi, find }));
    expect(error.message).toContain(`ONNX Runtime ${version}, and this engine was tested with 1.30`);
    expect(errorOf(() => loadLibrary(true, { koffi: () => koffi, find })).message).toMatch(/does not load/);
  }
});

test("a library that is none is reported with the reason of the system", () => {
  expect(errorOf(() => loadLibrary(false, { koffi: () => koffi, find: thisFile })).message).toMatch(
    /library does not load: .*Check that .* is whole/,
  );
});
