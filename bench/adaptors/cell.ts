/** Measures one row in this process and prints the measurement as one line of JSON. Started by suites/adaptors.ts. */
import { rmSync } from "node:fs";
import { findWorkload } from "../workloads/workloads.ts";
import { measureRow } from "./measure-row.ts";
import type * as Rows from "./rows.ts";

/** Which cell to measure, how long, and where the rows were bundled to. */
export interface AdaptorCell {
  readonly workload: string;
  readonly row: string;
  readonly targetMs: number;
  /** URL of the bundle of rows.ts. */
  readonly bundle: string;
}

const request = JSON.parse(process.argv[2] ?? "{}") as AdaptorCell;
const { ROWS, RowPeer, TRACE_FILE } = (await import(request.bundle)) as typeof Rows;
const workload = findWorkload(request.workload);
const row = ROWS.find(({ id }) => id === request.row);
if (workload === undefined || row === undefined) {
  throw new Error(`No such cell: ${process.argv[2]}. It is started by the benchmark, not by hand.`);
}
console.log(JSON.stringify(await measureRow(workload.load(), new RowPeer(row), request.targetMs)));
rmSync(TRACE_FILE, { force: true });
