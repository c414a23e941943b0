import { formatInfo } from "../../engines/onnxruntime/tensor-info.ts";
import { EngineError, OutOfMemoryError, TensorHeapError } from "../../errors.ts";
import { formatBytes, formatCount } from "../../report/format/units.ts";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { shapeHint } from "./input-dims.ts";
import type { RunStage } from "./run-stage.ts";

/** The line that is printed of an error, and the exit code; no exit code where nobody foresaw the error. */
export function explainFailure(
  error: unknown,
  stage: RunStage,
  limitBytes: number | null,
): { readonly message: string; readonly exitCode: ExitCode | null } {
  if (error instanceof CliError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof OutOfMemoryError)
    return { message: outOfMemory(error, stage, limitBytes), exitCode: ExitCode.NO };
  if (error instanceof EngineError) return { message: `${error.message}${assumed(stage)}`, exitCode: ExitCode.USAGE };
  const message = error instanceof Error ? error.message : String(error);
  return { message, exitCode: error instanceof TensorHeapError ? ExitCode.NO : null };
}

const WHERE = { load: "while the model was loaded", inputs: "while the inputs were made", run: "in a run" } as const;

function outOfMemory(error: OutOfMemoryError, { name }: RunStage, limitBytes: number | null): string {
  const { requestedBytes, liveBytes, limitBytes: bound } = error;
  if (limitBytes === null || bound !== limitBytes) return `out of memory ${WHERE[name]}: ${error.message}`;
  return (
    `out of memory ${WHERE[name]}: ${formatCount(requestedBytes)} bytes were asked for with ${formatCount(liveBytes)} live, ` +
    `and --limit is ${formatCount(limitBytes)} (${formatBytes(limitBytes)}). Raise --limit.`
  );
}

/** What to say more when dims were made up. */
function assumed({ name, known }: RunStage): string {
  if (name !== "run") return "";
  const unsaid = known.infos.filter((info) =>
    known.inputs.some((input) => input.name === info.name && input.isAssumed),
  );
  if (unsaid.length === 0) return "";
  const what = unsaid.map((info) => `"${info.name}" is ${formatInfo(info)}`).join("; ");
  return ` Free dims were taken as 1: ${what}. Say what the model is meant for: ${shapeHint(...unsaid)}.`;
}
