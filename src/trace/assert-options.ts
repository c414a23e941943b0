import { describe } from "../errors.ts";
import { TraceError } from "./trace-error.ts";

/** @throws {TraceError} when `options` is no object of named fields; `of` says whose they are */
export function assertOptions(options: unknown, of: string): asserts options is object {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return;
  throw new TraceError(
    `${of}: ${describe(options)} is no object of named fields. Give { name: value, … }, or leave it out.`,
  );
}
