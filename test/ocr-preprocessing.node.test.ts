import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { HeapAllocator, createBlob } from "tensorheap";
import { createSession } from "tensorheap/engines/onnxruntime";
import { checkAllAllocationFailures } from "tensorheap/testing";
import { expect, test } from "vitest";
import { readImage } from "../examples/ocr/image.ts";
import { DETECTOR, RECOGNISER, readCharacters, toImage } from "../examples/ocr/paddle.ts";
import { prepare } from "../examples/ocr/prepare.ts";
import { read } from "../examples/ocr/read.ts";

/** Red is 10 times the row, green 10 times the column, blue 200. */
function gradient(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    return [10 * Math.floor(pixel / width), 10 * (pixel % width), 200][channel]!;
  });
}

test("reading an image gives all memory back, whichever allocation fails", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ocr-"));
  try {
    const path = join(folder, "sign.png");
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="256" height="128" font-family="sans-serif" font-size="36">
      <rect width="100%" height="100%" fill="white"/><text x="20" y="50">Room 4711</text><text x="20" y="105">Exit</text></svg>`;
    await sharp(Buffer.from(svg)).png().toFile(path);
    await using detector = await createSession(DETECTOR);
    await using recogniser = await createSession(RECOGNISER);
    const models = { detector, recogniser, characters: await readCharacters() };

    const texts: string[][] = [];
    const { allocations, failuresTried } = await checkAllAllocationFailures(
      async (allocator) => {
        const readings = await read(models, await readImage(path), allocator);
        texts.push(readings.map(({ text }) => text));
      },
      { make: () => new HeapAllocator(), dispose: (heap) => heap.check() },
    );
    // The detector has five blobs, and each line has three: the cropped pixels, the input and the output.
    expect([allocations, failuresTried]).toEqual([5 + 2 * 3, 5 + 2 * 3]);
    expect(texts).toEqual([["Room 4711", "Exit"]]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a part of an image is written normalised, blue first, into a region of a larger input", async () => {
  const allocator = new HeapAllocator();
  {
    using input = createBlob({ precision: "FP32", dims: [1, 3, 2, 4] }, { allocator });
    using region = input.createROI([0, 0, 0, 0], [1, 3, 2, 3]);
    using map = input.rwmap();
    map.data.fill(-1);
    const image = { width: 5, height: 4, pixels: gradient(5, 4) };
    const options = { scale: 1, reverseChannels: true, mean: [100, 0, 0], std: [1, 2, 1] };
    await prepare(image, { left: 1, top: 2, right: 4, bottom: 4 }, region, options, allocator);
    expect([...map.data]).toEqual(
      [
        [100, 100, 100, -1, 100, 100, 100, -1],
        [5, 10, 15, -1, 5, 10, 15, -1],
        [20, 20, 20, -1, 30, 30, 30, -1],
      ].flat(),
    );
  }
  expect(allocator.stats().liveCount).toBe(0);
});

test("boxes in a map become parts of the image of at least one pixel, however small the image is", () => {
  const map = { width: 64, height: 64 };
  for (let side = 1; side <= 130; side++) {
    const image = { width: side, height: side, pixels: new Uint8Array() };
    for (let at = 0; at < 64; at++) {
      const begin = at + 0.3;
      for (const end of [begin + 0.2, Math.min(64, begin + 5), 64]) {
        const [box] = toImage([{ left: begin, top: at, right: end, bottom: 64 }], image, map);
        const { left, top, right, bottom } = box!;
        expect(left >= 0 && top >= 0 && left < right && top < bottom && right <= side && bottom <= side).toBe(true);
      }
    }
  }
});
