import { describe } from "../errors.ts";
import { printable } from "./printable.ts";
import { TraceError } from "./trace-error.ts";

/** What the `format` of a header says. */
export const TRACE_FORMAT = "tensorheap-trace";

/** The version that this package reads and writes. Fields and ops may be added within a version. */
export const TRACE_VERSION = 1;

/** The first line of a trace, which may be missing. Fields that are not known are kept. */
export interface TraceHeader {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  /** What wrote the trace. */
  readonly producer?: string;
  /** When `t` was 0, in ISO 8601. */
  readonly startedAt?: string;
  readonly [field: string]: unknown;
}

/** Whether an object that was parsed from a line is meant as a header, of whatever format and version. */
export function isHeader(line: object): boolean {
  return "format" in line && !("op" in line);
}

/** @throws {TraceError} when it is a header of another format, or of another version */
export function readHeader(line: object, lineNumber: number): TraceHeader {
  const { format, version } = line as Record<"format" | "version", unknown>;
  if (format !== TRACE_FORMAT) {
    const message = `the header names the format ${printable(describe(format))}. A trace is ${describe(TRACE_FORMAT)}, or has no header.`;
    throw new TraceError(message, { line: lineNumber });
  }
  if (version !== TRACE_VERSION) {
    const message = `the trace has version ${printable(describe(version))}; this reader knows version ${TRACE_VERSION}. ${
      typeof version === "number" && version > TRACE_VERSION ? "Update tensorheap." : "Record it again."
    }`;
    throw new TraceError(message, { line: lineNumber });
  }
  return line as TraceHeader;
}
