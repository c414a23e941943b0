/** Measures one cell in this process and prints the measurement as one line of JSON. Started by lib/run-cell.ts. */
import { measure } from "./lib/measure.ts";
import type { CellRequest } from "./lib/run-cell.ts";
import { PEERS } from "./peers/peers.ts";
import { findWorkload } from "./workloads/workloads.ts";

const request = JSON.parse(process.argv[2] ?? "{}") as CellRequest;
const workloadEntry = findWorkload(request.workload);
const peerEntry = PEERS.find(({ id }) => id === request.peer);
if (workloadEntry === undefined || peerEntry?.kind !== "script") {
  throw new Error(`No such cell: ${JSON.stringify(request)}. It is started by the benchmark, not by hand.`);
}
const workload = workloadEntry.load();
const peer = await peerEntry.load({ peakBytes: workload.peakBytes });
console.log(JSON.stringify(await measure(workload, peer, request)));
