import { describe } from "../errors.ts";
import type { TraceEvent } from "./event.ts";

/** Fields of a line that was parsed, before anything is known of them. */
type Fields = Readonly<Record<string, unknown>>;

/** Why an object is no event; undefined when it is one, or has an `op` that is not known. */
export function whyNoEvent(event: Fields): string | undefined {
  const { op } = event;
  if (typeof op !== "string") return `op is ${describe(op)}, and every event has one of "a", "f", "l", "u", "m"`;
  if (!isKnownOp(op)) return undefined;
  if (!Number.isFinite(event["t"])) return `t is ${describe(event["t"])}, not a number of milliseconds`;
  if (op === "m") return typeof event["phase"] === "string" ? undefined : wrong(event, "phase", "a string");
  if (!Number.isSafeInteger(event["id"])) return wrong(event, "id", "an integer");
  if (op === "a") return isSize(event["size"]) ? whyNoNames(event) : wrong(event, "size", "an integer ≥ 0 of bytes");
  if (op === "f") {
    return event["size"] === undefined || isSize(event["size"])
      ? undefined
      : wrong(event, "size", "an integer ≥ 0 of bytes");
  }
  const mode = event["mode"];
  return mode === undefined || mode === "r" || mode === "w" ? undefined : wrong(event, "mode", '"r" or "w"');
}

/** Whether an object without a fault is an event, and not a line of a later version of the format. */
export function isEvent(event: Fields): event is TraceEvent {
  return isKnownOp(event["op"]);
}

function isKnownOp(op: unknown): boolean {
  return op === "a" || op === "f" || op === "l" || op === "u" || op === "m";
}

function whyNoNames(event: Fields): string | undefined {
  const { label, site } = event;
  if (label !== undefined && typeof label !== "string") return wrong(event, "label", "a string");
  if (site !== undefined && typeof site !== "string") return wrong(event, "site", "a string");
  return undefined;
}

function isSize(size: unknown): boolean {
  return Number.isSafeInteger(size) && (size as number) >= 0;
}

function wrong(event: Fields, field: string, wanted: string): string {
  return `${field} of op ${describe(event["op"])} is ${describe(event[field])}, not ${wanted}`;
}
