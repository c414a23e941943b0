/**
 * Reads an image with a copy of examples/ocr, and prints what is still live then, by the place where it was allocated.
 *
 *     node --import tsx test/children/ocr-leak.ts folder image.png
 *
 * The folder is an argument, since a test plants leaks in it.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { IAllocator } from "tensorheap";
import { createSession } from "tensorheap/engines/onnxruntime";
import type * as ImageModule from "../../examples/ocr/image.ts";
import type * as PaddleModule from "../../examples/ocr/paddle.ts";
import type * as ReadModule from "../../examples/ocr/read.ts";
import { TrackingAdaptor } from "../../src/adaptors/tracking.ts";
import { HeapAllocator } from "../../src/allocators/heap.ts";

const [folder = "", image = ""] = process.argv.slice(2);

async function load<M>(file: string): Promise<M> {
  return (await import(pathToFileURL(join(folder, file)).href)) as M;
}

const { readImage } = await load<typeof ImageModule>("image.ts");
const { DETECTOR, RECOGNISER, readCharacters } = await load<typeof PaddleModule>("paddle.ts");
const { read } = await load<typeof ReadModule>("read.ts");

// A blob that the collector gets to first is warned of, which names its place as well.
const tracking = new TrackingAdaptor(new HeapAllocator());
const detector = await createSession(DETECTOR);
const recogniser = await createSession(RECOGNISER);
// To the compiler, the handles of the built package are others than those of its sources.
const allocator = tracking as unknown as IAllocator;
const models = { detector, recogniser, characters: await readCharacters() };
const readings = await read(models, await readImage(image), allocator);
await detector.dispose();
await recogniser.dispose();
console.log(readings.map(({ text }) => text).join("\n"));
console.log(tracking.report());
