/** Runs every cell once per round, so that a slow minute of the machine meets all peers and not one of them. */
import type { Measurement, MeasureOptions } from "./measure.ts";
import type { Mode } from "./modes.ts";
import type { CellRequest } from "./run-cell.ts";

/** One cell: a workload, what is done with its blocks, and a peer, by their ids. */
export interface Cell {
  readonly group: string;
  readonly workload: string;
  readonly mode: Mode;
  readonly peer: string;
  /** Whether to look at the footprint. */
  readonly footprint: boolean;
}

/** What became of a cell: a measurement per round, or its first error. */
export interface CellOutcome extends Cell {
  readonly measurements: readonly Measurement[];
  readonly error: string | null;
}

/** A cell as filters and progress name it. */
export function cellName({ group, workload, mode, peer }: Omit<Cell, "footprint">): string {
  return `${group}: ${workload}: ${mode}: ${peer}`;
}

/**
 * Measures all cells, round by round and one at a time. A cell that fails is not tried again; the others go on. The
 * footprint is looked at in the first round only: it does not depend on the time.
 *
 * @param measureCell measures one cell, in a process of its own
 * @param onProgress called before each measurement with its number from 1, their total, and a line to show
 */
export async function runRounds(
  cells: readonly Cell[],
  rounds: number,
  timing: Pick<MeasureOptions, "targetMs" | "warmUpMs">,
  measureCell: (request: CellRequest) => Promise<Measurement>,
  onProgress: (done: number, total: number, line: string) => void,
): Promise<CellOutcome[]> {
  const outcomes = cells.map((cell) => ({
    ...cell,
    measurements: [] as Measurement[],
    error: null as string | null,
  }));
  let done = 0;
  for (let round = 1; round <= rounds; round++) {
    for (const outcome of outcomes) {
      onProgress(++done, rounds * cells.length, `round ${round} of ${rounds}, ${cellName(outcome)}`);
      if (outcome.error !== null) continue;
      const { workload, mode, peer } = outcome;
      const footprint = outcome.footprint && round === 1;
      try {
        outcome.measurements.push(await measureCell({ workload, mode, peer, ...timing, footprint }));
      } catch (error) {
        outcome.error = error instanceof Error ? error.message : String(error);
      }
    }
  }
  return outcomes;
}
