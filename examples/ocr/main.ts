/**
 * Reads the text in an image, with every tensor in a blob, and shows what that costs beside fresh arrays.
 *
 *     npm run demo                       the chart that comes with the npm package onnxjs
 *     npm run demo -- path/to/image.png
 */
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { HeapAllocator } from "tensorheap";
import { createSession } from "tensorheap/engines/onnxruntime";
import { compare } from "./compare.ts";
import { CountingAllocator } from "./counting-allocator.ts";
import type { Reading } from "./ctc.ts";
import { ImageError, readImage } from "./image.ts";
import { memoryTable } from "./memory-table.ts";
import { DETECTOR, RECOGNISER, readCharacters } from "./paddle.ts";
import { read } from "./read.ts";

const HELP = `Reads the text in an image.

  npm run demo -- [image] [--rounds n]

  image        PNG, JPEG, WebP, TIFF, GIF, SVG …; without it, a chart is read
  --rounds n   how often each way is measured, 2 unless said; 0 shows the text only
  --help       shows this`;

/** A mistake in the arguments. */
class UsageError extends Error {}

interface Arguments {
  readonly path: string;
  readonly rounds: number;
  readonly help: boolean;
}

try {
  const { path, rounds, help } = parseArguments();
  if (help) console.log(HELP);
  else await run(path, rounds);
} catch (error) {
  if (!(error instanceof ImageError || error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function run(path: string, rounds: number): Promise<void> {
  const image = await readImage(path);
  const heap = new HeapAllocator({ maxBytes: 128 * 2 ** 20 });
  const allocator = new CountingAllocator(heap);
  await using detector = await createSession(DETECTOR, { allocator });
  await using recogniser = await createSession(RECOGNISER, { allocator });
  const models = { detector, recogniser, characters: await readCharacters() };

  const readings = await read(models, image, allocator);
  print(path, readings);
  if (readings.length === 0 || rounds === 0) return;

  const times = rounds === 1 ? "once" : `${rounds} times`;
  console.log(`\nReading it again by turns, ${times} in blobs and ${times} in fresh arrays, both warmed up …`);
  const { blobs, arrays, sameReading } = await compare(models, heap, allocator, image, rounds);
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

function parseArguments(): Arguments {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" }, rounds: { type: "string", default: "2" } },
    });
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 0 || values.rounds === "")
      throw new UsageError(`--rounds wants a number from 0, not "${values.rounds}"`);
    if (positionals.length > 1) throw new UsageError("Give one image at a time");
    return { path: positionals[0] ?? chart(), rounds, help: values.help ?? false };
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new UsageError(`${reason}. See --help.`);
  }
}

/** A benchmark chart full of small numbers. */
function chart(): string {
  const folder = dirname(createRequire(import.meta.url).resolve("onnxjs/package.json"));
  return relative(".", join(folder, "docs", "perf-resnet50.png"));
}
