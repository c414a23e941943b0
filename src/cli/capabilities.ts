import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import { join } from "node:path";
import v8 from "node:v8";
import { MAX_REGION_BYTES, takeRegion } from "../memory/region.ts";
import { loadKoffi, whyNoKoffi } from "../platform/koffi.ts";
import { readVersion } from "./version.ts";

/** An optional package as this process finds it. */
export interface PackageState {
  /** Null when it is not installed. */
  readonly version: string | null;
  /** Why it cannot be used; null when it can. */
  readonly problem: string | null;
}

/** What this machine and runtime can do. */
export interface Capabilities {
  readonly tensorheap: string;
  readonly runtime: { readonly node: string; readonly v8: string };
  readonly machine: {
    readonly platform: string;
    readonly arch: string;
    readonly release: string;
    readonly cpu: string;
    readonly cores: number;
  };
  readonly memory: {
    readonly totalBytes: number;
    readonly freeBytes: number;
    /** What the process may take at most, where something like a container bounds it; null otherwise. */
    readonly limitBytes: number | null;
    readonly heapLimitBytes: number;
    readonly pageBytes: number | null;
    /** The largest region of a heap that the runtime gives just now. */
    readonly largestRegionBytes: number;
    /** Largest power of two, up to 2 MiB, that the native address is a multiple of; null where it cannot be asked. */
    readonly regionAlignment: number | null;
    readonly arrayBufferAlignment: number | null;
  };
  readonly features: {
    readonly sharedArrayBuffer: boolean;
    readonly float16Array: boolean;
    readonly arrayBufferTransfer: boolean;
    readonly finalizationRegistry: boolean;
  };
  readonly packages: Readonly<Record<"koffi" | "onnxruntime-node", PackageState>>;
}

/** Asks the machine and the runtime. Takes some milliseconds. */
export function readCapabilities(): Capabilities {
  const limit = process.constrainedMemory();
  const totalBytes = os.totalmem();
  return {
    tensorheap: readVersion(),
    runtime: { node: process.versions.node, v8: process.versions.v8 },
    machine: {
      platform: process.platform,
      arch: process.arch,
      release: os.release(),
      cpu: os.cpus()[0]?.model.trim() ?? "unknown processor",
      cores: os.availableParallelism(),
    },
    memory: {
      totalBytes,
      freeBytes: os.freemem(),
      // 0 and absurdly large numbers both say that there is none.
      limitBytes: limit > 0 && limit < totalBytes ? limit : null,
      heapLimitBytes: v8.getHeapStatistics().heap_size_limit,
      pageBytes: readPageBytes(),
      largestRegionBytes: findLargestRegion(),
      regionAlignment: alignmentOf(takeRegion(65_536)),
      arrayBufferAlignment: alignmentOf(new ArrayBuffer(1000)),
    },
    features: {
      sharedArrayBuffer: "SharedArrayBuffer" in globalThis,
      float16Array: "Float16Array" in globalThis,
      arrayBufferTransfer: "transfer" in ArrayBuffer.prototype,
      finalizationRegistry: "FinalizationRegistry" in globalThis,
    },
    packages: {
      koffi: koffiState(),
      "onnxruntime-node": packageState("onnxruntime-node"),
    },
  };
}

/** Takes address space only: no page of it is touched. */
function findLargestRegion(): number {
  for (let bytes = MAX_REGION_BYTES; bytes >= 65_536; bytes /= 2) {
    if (takeRegion(bytes) !== undefined) return bytes;
  }
  return 0;
}

function readPageBytes(): number | null {
  if (process.platform === "win32") return null;
  try {
    const printed = execFileSync("getconf", ["PAGESIZE"], { encoding: "utf8", stdio: "pipe", timeout: 2000 });
    return Number.parseInt(printed, 10) || null;
  } catch {
    return null;
  }
}

function alignmentOf(buffer: ArrayBuffer | undefined): number | null {
  const koffi = loadKoffi();
  if (koffi === undefined || buffer === undefined) return null;
  try {
    const address = koffi.address(buffer);
    let alignment = 1;
    while (alignment < 2 ** 21 && address % BigInt(2 * alignment) === 0n) alignment *= 2;
    return alignment;
  } catch {
    return null;
  }
}

function koffiState(): PackageState {
  const { version, problem } = packageState("koffi");
  if (loadKoffi() !== undefined || version === null) return { version, problem };
  return { version, problem: `does not load: ${whyNoKoffi() ?? "no reason given"}` };
}

/** Looks for the package where this one would find it, without loading it. */
function packageState(name: string): PackageState {
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const path = join(folder, name, "package.json");
    if (!existsSync(path)) continue;
    const { version } = JSON.parse(readFileSync(path, "utf8")) as { readonly version: string };
    return { version, problem: null };
  }
  return { version: null, problem: `not installed. Run: npm install ${name}` };
}
