import { fileURLToPath } from "node:url";
import type { Measurement, MeasureOptions } from "./measure.ts";
import { runProcess } from "./run-process.ts";

/** Which cell to measure, by the ids of its workload and its peer, and how. */
export interface CellRequest extends MeasureOptions {
  readonly workload: string;
  readonly peer: string;
}

/**
 * Measures one cell of a script peer in a process of its own.
 *
 * @throws {Error} with the child's last words when it failed, was killed or took too long
 */
export async function runCell(request: CellRequest): Promise<Measurement> {
  const cell = fileURLToPath(new URL("../cell.ts", import.meta.url));
  const output = await runProcess(process.execPath, ["--expose-gc", "--import", "tsx", cell, JSON.stringify(request)]);
  return JSON.parse(output) as Measurement;
}
