/** Measures malloc and free in C: builds native/replay.c, finds the libraries, and runs one process per cell. */
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { NativePeerEntry } from "../peers/peer.ts";
import { findWorkload } from "../workloads/workloads.ts";
import { buildOnce } from "./build-once.ts";
import type { Measurement } from "./measure.ts";
import { STRIDES } from "./modes.ts";
import { encodeProgram } from "./program-file.ts";
import type { CellRequest } from "./run-cell.ts";
import { runProcess } from "./run-process.ts";

const SOURCE = fileURLToPath(new URL("../native/replay.c", import.meta.url));
const COMPILER = "cc";
const FLAGS = ["-O2", "-fno-builtin-malloc", "-fno-builtin-free"];

/** Where Linux distributions and package managers put shared libraries. */
const LIBRARY_DIRS: readonly string[] = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
];

/** The line that native/replay.c prints. */
interface Replayed {
  readonly library: string;
  readonly passes: number;
  readonly ns: number;
  readonly p99Ns: number;
  readonly minorFaults: number;
  readonly majorFaults: number;
  readonly footprintBytes: number;
}

/** A workload as the C program reads it, and what it is divided by. */
interface ProgramFile {
  readonly path: string;
  readonly pairsPerPass: number;
  readonly peakBytes: number;
}

/** The compiled program and the files it reads. */
export class NativeRunner {
  readonly #binary: string;
  readonly #folder: string;
  readonly #programs: Map<string, ProgramFile> = new Map();

  private constructor(binary: string, folder: string) {
    this.#binary = binary;
    this.#folder = folder;
  }

  /** @returns the runner, or `null` when nothing can be compiled here: no Linux with glibc, or no C compiler */
  static async create(): Promise<NativeRunner | null> {
    const report = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
    if (process.platform !== "linux" || report.header.glibcVersionRuntime === undefined) return null;
    try {
      const parts = [await readFile(SOURCE, "utf8"), await runProcess(COMPILER, ["--version"]), ...FLAGS];
      const binary = await buildOnce("replay", parts, async (path) => {
        await runProcess(COMPILER, [...FLAGS, "-o", path, SOURCE, "-ldl"]);
      });
      return new NativeRunner(binary, await mkdtemp(join(tmpdir(), "tensorheap-bench-")));
    } catch {
      return null;
    }
  }

  /** Measures one cell. @throws {Error} when it failed, or when the wrong library's malloc was called */
  async run(peer: NativePeerEntry, request: CellRequest): Promise<Measurement> {
    const { workload, mode, warmUpMs, targetMs, footprint } = request;
    const { path, pairsPerPass, peakBytes } = await this.#programOf(workload);
    const library = findLibrary(peer);
    const args = [path, STRIDES[mode], warmUpMs, targetMs, footprint ? 1 : 0].map(String);
    const output = await runProcess(this.#binary, args, library === null ? {} : { LD_PRELOAD: library });
    const replayed = JSON.parse(output) as Replayed;
    if (library !== null && replayed.library !== library) {
      throw new Error(`malloc came from ${replayed.library}, not from ${library}.`);
    }
    return toMeasurement(replayed, pairsPerPass, peakBytes);
  }

  /** Deletes the files it wrote. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #programOf(workload: string): Promise<ProgramFile> {
    let file = this.#programs.get(workload);
    if (file === undefined) {
      const program = findWorkload(workload)!.load();
      const path = join(this.#folder, `${this.#programs.size}.bin`);
      await writeFile(path, encodeProgram(program));
      file = { path, pairsPerPass: program.pairsPerPass, peakBytes: program.peakBytes };
      this.#programs.set(workload, file);
    }
    return file;
  }
}

function toMeasurement(replayed: Replayed, pairsPerPass: number, peakBytes: number): Measurement {
  const { passes, ns, p99Ns, minorFaults, majorFaults, footprintBytes } = replayed;
  const pairs = passes * pairsPerPass;
  return {
    nsPerPair: ns / pairs,
    pairs,
    ms: ns / 1e6,
    p99Ns: p99Ns < 0 ? null : p99Ns,
    collections: null,
    collectionMs: null,
    minorFaults,
    majorFaults,
    peakBytes,
    footprintBytes: footprintBytes < 0 ? null : footprintBytes,
  };
}

/** The first of the peer's libraries that is installed; `null` when it needs none, or none is. */
export function findLibrary(peer: NativePeerEntry, folders: readonly string[] = LIBRARY_DIRS): string | null {
  const paths = peer.libraries.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Why the peer cannot be measured here and what to do about it; `null` when it can. */
export function whyNotHere(peer: NativePeerEntry, runner: NativeRunner | null): string | null {
  if (runner === null) return "not here: it needs Linux with glibc and a C compiler (apt-get install gcc libc6-dev)";
  if (peer.libraries.length === 0 || findLibrary(peer) !== null) return null;
  return `not here: apt-get install ${peer.package}`;
}
