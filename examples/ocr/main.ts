/**
 * Reads the text in an image, with every tensor in a blob, and shows what that costs beside fresh arrays.
 *
 *     npm run demo                       the chart that comes with the npm package onnxjs
 *     npm run demo -- path/to/image.png
 *     npm run demo -- --report report.html
 */
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { HeapAllocator, StatisticsAdaptor, TrackingAdaptor } from "tensorheap";
import { TraceError } from "tensorheap/trace";
import { compare } from "./compare.ts";
import type { Reading } from "./ctc.ts";
import { keepText } from "./forget.ts";
import { ImageError, readImage } from "./image.ts";
import { memoryTable } from "./memory-table.ts";
import { openSession } from "./open-session.ts";
import { DETECTOR, RECOGNISER, readCharacters } from "./paddle.ts";
import { read } from "./read.ts";
import { PageError, recordReading } from "./record-reading.ts";

const HELP = `Reads the text in an image.

  npm run demo -- [image] [--rounds n] [--report page.html] [--trace file.jsonl] [--leak]

  image              PNG, JPEG, WebP, TIFF, GIF, SVG …; without it, a chart is read
  --rounds n         how often each way is measured, 2 unless said; 0 shows the text only
  --report page.html reads it once more, and draws where every byte went, as a page for a browser
  --trace file.jsonl writes the recording that such a page is drawn from
  --leak             forgets a blob for each line of text, and shows that it is found
  --help             shows this`;

/** A mistake in the arguments. */
class UsageError extends Error {}

interface Arguments {
  readonly path: string;
  readonly rounds: number;
  readonly report: string | undefined;
  readonly trace: string | undefined;
  readonly leak: boolean;
  readonly help: boolean;
}

try {
  const given = parseArguments();
  if (given.help) console.log(HELP);
  else await run(given);
} catch (error) {
  const message = messageFor(error);
  if (message === undefined) throw error;
  console.error(message);
  process.exitCode = 1;
}

async function run({ path, rounds, report, trace, leak }: Arguments): Promise<void> {
  const image = await readImage(path);
  const heap = new HeapAllocator({ maxBytes: 512 * 2 ** 20 });
  const allocator = new StatisticsAdaptor(heap);
  const engine = new StatisticsAdaptor(heap);
  const tracking = leak ? new TrackingAdaptor(allocator) : undefined;
  const outermost = tracking ?? allocator;
  const characters = await readCharacters();
  await using detector = await openSession(DETECTOR, engine);
  await using recogniser = await openSession(RECOGNISER, engine);
  const models = { detector, recogniser, characters };

  const readings = await read(models, image, outermost);
  print(path, readings);
  if (readings.length > 0) console.log(`\n${whereModelsRun(detector.whyNotNative)}`);
  if (leak) for (const reading of readings) keepText(reading, outermost);
  if (report !== undefined || trace !== undefined) {
    const keep = leak ? keepText : undefined;
    const title = `Reading ${basename(path)}`;
    const lines = await recordReading({ image, characters, report, trace, title, keep });
    console.log(`\n${lines.join("\n")}`);
  }
  if (tracking !== undefined) return console.log(`\n${tracking.report()}`);
  if (readings.length === 0 || rounds === 0) return;

  const memory = { heap, job: allocator, engine, isNative: detector.whyNotNative === undefined };
  const times = rounds === 1 ? "once" : `${rounds} times`;
  console.log(`\nReading it again by turns, ${times} in blobs and ${times} in fresh arrays, both warmed up …`);
  const { blobs, arrays, sameReading } = await compare(models, memory, image, rounds);
  console.log(memoryTable(blobs, arrays));
  console.log("onnxruntime-node returns a copy of every result, also of one that it wrote to a blob.");
  console.log("What sharp makes, the decoded image and the scaled parts, is counted in neither column.");
  console.log(sameReading ? "Both read the same, to the last digit." : "They did not read the same!");
  if (!sameReading) process.exitCode = 1;
}

function print(path: string, readings: readonly Reading[]): void {
  const [count, noun] = [readings.length, readings.length === 1 ? "line" : "lines"];
  if (count === 0) return console.log(`${path}: no text was found.`);
  console.log(`${path}: ${count} ${noun} of text, with the confidence before each`);
  for (const { text, confidence } of readings) console.log(`  ${confidence.toFixed(2)}  ${text}`);
}

function whereModelsRun(whyNotNative: string | undefined): string {
  if (whyNotNative === undefined)
    return "The models ran in our heap, with every tensor: tensorheap/engines/onnxruntime-native.";
  return `The models ran in memory of their own: tensorheap/engines/onnxruntime, on the public API. ${whyNotNative}`;
}

function parseArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        leak: { type: "boolean" },
        report: { type: "string" },
        rounds: { type: "string", default: "2" },
        trace: { type: "string" },
      },
    });
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 0 || values.rounds === "")
      throw new UsageError(`--rounds wants a number from 0, not "${values.rounds}"`);
    if (positionals.length > 1) throw new UsageError("Give one image at a time");
    const { report, trace, help = false, leak = false } = values;
    return { path: positionals[0] ?? chart(), rounds, report, trace, leak, help };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new UsageError(`${reason}. See --help.`);
  }
}

/** What to tell whoever typed the command; undefined when it is not for them to mend. */
function messageFor(error: unknown): string | undefined {
  const known = [ImageError, UsageError, TraceError, PageError];
  return error instanceof Error && known.some((kind) => error instanceof kind) ? error.message : undefined;
}

/** A benchmark chart full of small numbers. */
function chart(): string {
  const folder = dirname(createRequire(import.meta.url).resolve("onnxjs/package.json"));
  return relative(".", join(folder, "docs", "perf-resnet50.png"));
}
