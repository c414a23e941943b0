import { createReadStream } from "node:fs";
import { formatBytes, formatCount } from "../../report/format/units.ts";
import { renderHtml } from "../../report/html/render-html.ts";
import { analyseTrace } from "../../report/model/analyse-trace.ts";
import { loadTrace } from "../../trace/read-trace.ts";
import { writeText } from "../files.ts";
import type { Io } from "../io.ts";

/** Makes the page of a trace. @returns a line about it */
export async function writeTraceReport(trace: string, output: string, title: string, io: Io): Promise<string> {
  const { events } = await loadTrace(createReadStream(trace));
  const model = await analyseTrace(events);
  const page = renderHtml(model, { title, subtitle: "Recorded by tensorheap run, block by block" });
  await writeText(output, page, io);
  const { counts, peak } = model;
  return (
    `${output}: ${formatBytes(Buffer.byteLength(page))}, opens in a browser. ` +
    `${formatCount(counts.events)} events, peak ${formatBytes(peak.bytes)}.`
  );
}
