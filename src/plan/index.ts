/** `tensorheap/plan`: offsets for buffers whose lifetimes are known, in as little memory as can be. */
export { formatPlan, formatProblem, parsePlan, parseProblem } from "./csv.ts";
export type { PlanOptions, PlanProgress, PlanSyncOptions } from "./options.ts";
export { plan, planSync } from "./plan.ts";
export type { Plan } from "./plan.ts";
export { PlanError } from "./plan-error.ts";
export type { PlanErrorPlace } from "./plan-error.ts";
export type { PlanBuffer, PlanProblem } from "./problem.ts";
export { validate } from "./validate.ts";
export type { PlanViolation } from "./validate.ts";
