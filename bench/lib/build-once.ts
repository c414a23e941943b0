import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** What the benchmark builds is kept here, outside of what git tracks. */
const CACHE_DIR: string = fileURLToPath(new URL("../../node_modules/.cache/tensorheap-bench/", import.meta.url));

/**
 * Builds a file unless one of the same name and parts is there already.
 *
 * @param name what the file is called, after a hash of its parts
 * @param parts all that the file depends on: sources, versions, flags
 * @param build writes the file to the path that it is given; a build that fails leaves no file behind
 * @returns the file's path
 */
export async function buildOnce(
  name: string,
  parts: readonly string[],
  build: (path: string) => Promise<void>,
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
  const path = `${CACHE_DIR}${hash}-${name}`;
  if (existsSync(path)) return path;
  await mkdir(CACHE_DIR, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  await build(unfinished);
  await rename(unfinished, path);
  return path;
}
