import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Measurement, MeasureOptions } from "./measure.ts";

/** Which cell to measure, by the ids of its workload and its peer, and how. */
export interface CellRequest extends MeasureOptions {
  readonly workload: string;
  readonly peer: string;
}

/** A cell that takes longer than this is stopped and reported as failed. */
const TIMEOUT_MS = 120_000;

/**
 * Measures one cell in a process of its own.
 *
 * @throws {Error} with the child's last words when it failed, was killed or took too long
 */
export async function runCell(request: CellRequest): Promise<Measurement> {
  const cell = fileURLToPath(new URL("../cell.ts", import.meta.url));
  const args = ["--expose-gc", "--import", "tsx", cell, JSON.stringify(request)];
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)), // where tsx is found
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
  });
  const output = collect(child.stdout);
  const errors = collect(child.stderr);
  const exit = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
  if (exit !== "exit code 0") throw new Error(`${exit}: ${lastWords(errors.text())}`);
  return JSON.parse(output.text()) as Measurement;
}

function collect(stream: NodeJS.ReadableStream): { text(): string } {
  const chunks: string[] = [];
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => chunks.push(chunk));
  return { text: () => chunks.join("") };
}

/** The line of a crash report that says what happened: the error's own, else the last one that is not empty. */
export function lastWords(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return (lines.find((line) => /^(\w*Error|FATAL ERROR)\b.*:/.test(line)) ?? lines.at(-1) ?? "no output").trim();
}
