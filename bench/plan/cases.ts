import { readdirSync, readFileSync } from "node:fs";
import { parseProblem } from "tensorheap/plan";
import type { PlanProblem, PlanSyncOptions } from "tensorheap/plan";
import { readTrace } from "../lib/trace.ts";
import { crowd } from "./crowd.ts";
import { problemOfTrace } from "./problem-of-trace.ts";

const PLANS = new URL("../../test/plans/", import.meta.url);
const TRACES = new URL("../traces/", import.meta.url);

/** One row: a problem, and what is asked of the planner. */
export interface PlanCase {
  readonly group: "capacity" | "lowest" | "trace" | "crowd";
  readonly name: string;
  readonly options: PlanSyncOptions;
  readonly read: () => PlanProblem;
}

/** Decisions after which the lowest plan so far counts; most instances need far fewer. */
export const LOWEST_NODES = 100_000;

/** Milliseconds that a crowd has. */
export const CROWD_MS = 400;
const CROWD = 32_000;

/** Every public instance at its capacity and as low as can be, and every recorded trace as low as can be, and crowds. */
export function planCases(): PlanCase[] {
  const instances = readdirSync(PLANS).filter((file) => /^[A-Z]\.\d+\.csv$/.test(file));
  const readInstance = (file: string) => (): PlanProblem => parseProblem(readFileSync(new URL(file, PLANS), "utf8"));
  return [
    ...instances.map((file): PlanCase => {
      const [letter = "", capacity] = file.split(".");
      const options = { capacity: Number(capacity), timeoutMs: Infinity };
      return { group: "capacity", name: `${letter} at ${capacity}`, options, read: readInstance(file) };
    }),
    ...instances.map((file): PlanCase => {
      const options = { maxNodes: LOWEST_NODES, timeoutMs: Infinity };
      return { group: "lowest", name: `${file[0]} lowest`, options, read: readInstance(file) };
    }),
    ...readdirSync(TRACES)
      .filter((file) => file.endsWith(".jsonl.gz"))
      .map((file): PlanCase => {
        const read = (): PlanProblem => problemOfTrace(readTrace(new URL(file, TRACES)));
        return { group: "trace", name: file.replace(".jsonl.gz", ""), options: { maxNodes: LOWEST_NODES }, read };
      }),
    ...[16, 64, 256, 1024, 2048, 4096].map((live): PlanCase => {
      const name = `${live} of ${CROWD} live`;
      return { group: "crowd", name, options: { timeoutMs: CROWD_MS }, read: () => crowd(CROWD, live) };
    }),
  ];
}
