/** Records what a reading does with memory, block by block, and draws it. */
import { writeFile } from "node:fs/promises";
import { HeapAllocator, TraceAdaptor } from "tensorheap";
import { analyseTrace, renderHtml } from "tensorheap/report";
import { TraceWriter, loadTrace, parseTrace } from "tensorheap/trace";
import type { Reading } from "./ctc.ts";
import type { Image } from "./image.ts";
import { openSession } from "./open-session.ts";
import { DETECTOR, RECOGNISER } from "./paddle.ts";
import { read } from "./read.ts";

/** A page that cannot be written. The message is one line, for the person who typed the path. */
export class PageError extends Error {}

/** What to record, and the files to write. */
export interface RecordOptions {
  readonly image: Image;
  readonly characters: readonly string[];
  /** The page. */
  readonly report: string | undefined;
  /** The trace itself; without it, it is kept in memory. */
  readonly trace: string | undefined;
  /** Heading of the page. */
  readonly title: string;
  /** What else is done with a line of text, before the models are put away. */
  readonly keep?: ((reading: Reading, allocator: TraceAdaptor) => void) | undefined;
}

/**
 * Reads the image in a heap of its own, whose trace has everything that is allocated there: what the program allocates, with
 * the place in the program, and, where the models run in our heap, each tensor and weight of theirs.
 *
 * Runs are not planned here: a planned run takes one block, of which there is nothing to see.
 *
 * @returns what was written, a line each
 * @throws {TraceError} when the trace cannot be written; {@link PageError} when the page cannot
 */
export async function recordReading(options: RecordOptions): Promise<string[]> {
  const { image, characters, report, trace, keep } = options;
  const header = { producer: "the OCR example of tensorheap" };
  const writer = new TraceWriter(trace === undefined ? { header, maxBufferedBytes: 2 ** 30 } : { header, path: trace });
  const heap = new HeapAllocator();
  const job = new TraceAdaptor(heap, { writer, sites: 1 });
  // An engine locks each block for as long as it has it.
  const engine = new TraceAdaptor(heap, { writer, locks: false });
  try {
    job.phase("load");
    await using detector = await openSession(DETECTOR, engine.labelled("detector's engine"), { planned: false });
    await using recogniser = await openSession(RECOGNISER, engine.labelled("recogniser's engine"), { planned: false });
    const readings = await read({ detector, recogniser, characters }, image, job, job);
    for (const reading of readings) keep?.(reading, job);
    job.phase("end");
  } finally {
    await writer.close();
  }
  const lines = trace === undefined ? [] : [`${trace}: the trace. See it with: npx tensorheap report ${trace}`];
  if (report === undefined) return lines;
  return [...lines, await draw(trace === undefined ? parseTrace(writer.bytes()) : await loadTrace(trace), options)];
}

async function draw(
  { events }: Awaited<ReturnType<typeof loadTrace>>,
  { report = "", title }: RecordOptions,
): Promise<string> {
  const model = await analyseTrace(events);
  const page = renderHtml(model, {
    title,
    subtitle: "One reading, block by block, by the model that each block is for",
  });
  try {
    await writeFile(report, page);
  } catch (error) {
    throw new PageError(`The page cannot be written: ${(error as Error).message}`, { cause: error });
  }
  const { counts, peak, leaks } = model;
  const left = leaks.count === 0 ? "nothing" : `${leaks.bytes} bytes in ${leaks.count} blocks`;
  return (
    `${report}: ${(page.length / 1024).toFixed(1)} KiB, opens in a browser. ` +
    `${counts.events} events, peak ${(peak.bytes / 2 ** 20).toFixed(1)} MiB, never freed: ${left}.`
  );
}
