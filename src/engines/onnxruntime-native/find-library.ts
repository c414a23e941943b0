import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EngineError } from "../../errors.ts";
import { TESTED_PACKAGE } from "./tested-versions.ts";

/** Where ONNX Runtime's shared library is, and of which version the package is that ships it. */
export interface LibraryPlace {
  readonly path: string;
  readonly version: string;
}

/** What is asked of the machine; tests answer in its place. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  /** The path of onnxruntime-node's package.json. Throws when there is none. */
  readonly resolve: () => string;
}

/** File names of the library, by platform. */
const FILES: Readonly<Record<string, string>> = {
  linux: "libonnxruntime.so.1",
  darwin: "libonnxruntime.1.dylib",
  win32: "onnxruntime.dll",
};

/** The folder of the package that has one folder per platform; its number goes up with Node's own interface. */
const FOLDERS: readonly string[] = ["napi-v6", "napi-v3"];

const THIS_MACHINE: Machine = {
  platform: process.platform,
  arch: process.arch,
  // The package has no "exports", so that every file of it can be resolved.
  resolve: () => createRequire(import.meta.url).resolve("onnxruntime-node/package.json"),
};

/**
 * Finds the shared library that the installed onnxruntime-node brings, without loading the package.
 *
 * @throws {EngineError} when the package is not installed, or has no library for this platform
 */
export function findLibrary(machine: Machine = THIS_MACHINE): LibraryPlace {
  const { platform, arch } = machine;
  const manifest = resolveManifest(machine);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const file = Object.hasOwn(FILES, platform) ? FILES[platform]! : undefined;
  if (file === undefined) {
    throw new EngineError(
      `This engine does not know what ONNX Runtime's library is called on ${platform}. It knows ` +
        `${Object.keys(FILES).join(", ")}; use tensorheap/engines/onnxruntime here.`,
    );
  }
  const paths = FOLDERS.map((folder) => join(dirname(manifest), "bin", folder, platform, arch, file));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path !== undefined) return { path, version };
  throw new EngineError(
    `onnxruntime-node ${version} has no library for ${platform} ${arch}: ${paths[0]!} is not there. Install a version ` +
      "that supports this platform.",
  );
}

function resolveManifest({ resolve }: Machine): string {
  try {
    return resolve();
  } catch (cause) {
    const message =
      "The package onnxruntime-node is not installed, and this engine runs on the library in it. " +
      `Run: npm install ${TESTED_PACKAGE}`;
    throw new EngineError(message, undefined, { cause });
  }
}
