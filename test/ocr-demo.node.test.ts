import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { HeapAllocator } from "tensorheap";
import { createSession } from "tensorheap/engines/onnxruntime";
import { loadTrace, summarise, validateTrace } from "tensorheap/trace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decode } from "../examples/ocr/ctc.ts";
import { FreshArrays } from "../examples/ocr/fresh-arrays.ts";
import { readImage } from "../examples/ocr/image.ts";
import { DETECTOR, RECOGNISER, readCharacters } from "../examples/ocr/paddle.ts";
import { read } from "../examples/ocr/read.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ocr-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Output {
  readonly exitCode: number;
  readonly text: string;
  readonly errors: string;
}

/** Runs the demo as `npm run demo` does, without building. */
function demo(...args: string[]): Promise<Output> {
  const main = fileURLToPath(new URL("../examples/ocr/main.ts", import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", "tsx", main, ...args], (error, text, errors) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), text, errors });
    });
  });
}

/** A sheet on a table in uneven light, with noise and slightly turned, as a camera stores it: lying on its side. */
async function photo(): Promise<string> {
  const [width, height] = [1200, 900];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif">
    <defs><linearGradient id="light" x2="1" y2="1"><stop stop-color="#d8c9a8"/><stop offset="1" stop-color="#6d7f8c"/>
    </linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#light)"/>
    <g transform="rotate(1.5 600 450)" fill="#222">
      <rect x="120" y="100" width="960" height="680" fill="#f4efe2"/>
      <text x="200" y="260" font-size="72">City Library</text>
      <text x="200" y="420" font-size="54">Open Monday to Friday</text>
      <text x="200" y="600" font-size="60" fill="#a02020">Room 4711</text>
    </g></svg>`;
  const grain = { type: "gaussian", mean: 128, sigma: 15 } as const;
  const noise = { create: { width, height, channels: 3, background: "black", noise: grain } } as const;
  const input = await sharp(noise).png().toBuffer();
  const upright = await sharp(Buffer.from(svg))
    .composite([{ input, blend: "soft-light" }])
    .png()
    .toBuffer();
  const path = join(folder, "photo.jpg");
  await sharp(upright).rotate(-90).withMetadata({ orientation: 6 }).jpeg({ quality: 80 }).toFile(path);
  return path;
}

describe("the OCR example", () => {
  test("reads the chart, shows the memory, and reads the same without blobs", async () => {
    const { exitCode, text } = await demo("--rounds", "1");
    expect(exitCode).toBe(0);
    const lines = new Map([...text.matchAll(/^ {2}(\d\.\d\d) {2}(.*)$/gm)].map(([, score, line]) => [line, score]));
    expect(lines.size).toBeGreaterThan(30);
    for (const line of [
      "Inference Time of Resnet50 on CPU (ms)",
      "Inference Time of Resnet50 on GPU (ms)",
      "26966.3",
      "14680.9",
    ]) {
      expect(Number(lines.get(line))).toBeGreaterThanOrEqual(0.9);
    }
    expect(text).toMatch(/alive afterwards +│ +0 │/);
    expect(text).toMatch(/Both read the same/);
  });

  test("reads a photo that lies on its side, the same in blobs and in arrays, and gives all memory back", async () => {
    const image = await readImage(await photo());
    const allocator = new HeapAllocator();
    await using detector = await createSession(DETECTOR, { allocator });
    await using recogniser = await createSession(RECOGNISER, { allocator });
    await using arrays = await FreshArrays.load();
    const readings = await read({ detector, recogniser, characters: await readCharacters() }, image, allocator);
    expect(readings.map(({ text }) => text)).toEqual(["City Library", "Open Monday to Friday", "Room 4711"]);
    expect(await arrays.read(image)).toEqual(readings);
    expect(allocator.stats()).toMatchObject({ liveCount: 0, lockedCount: 0 });
  });

  test("records a reading, with the places that allocated, and draws it as a page", async () => {
    const [report, trace] = [join(folder, "report.html"), join(folder, "trace.jsonl")];
    const { exitCode, text, errors } = await demo("--rounds", "0", "--report", report, "--trace", trace);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    expect(text).toContain(`${trace}: the trace.`);
    expect(text).toMatch(/report\.html: [\d.]+ KiB, opens in a browser\..* never freed: nothing\.$/m);
    expect(await readFile(report, "utf8")).toContain("<title>Reading perf-resnet50.png</title>");
    expect(await validateTrace(trace)).toMatchObject({ isValid: true, endCount: 0 });
    const { byLabel, byPhase, bySite } = summarise(await loadTrace(trace));
    expect(byLabel.map(({ name }) => name).toSorted()).toEqual([
      "detector",
      "detector's engine",
      "recogniser",
      "recogniser's engine",
    ]);
    expect(byPhase.map(({ name }) => name).toSorted()).toEqual(["detect", "load", "recognise"]);
    // Each tensor that the models compute with is a block of its own.
    const counts = new Map(byLabel.map(({ name, totalCount }) => [name, totalCount]));
    expect(counts.get("detector's engine")).toBeGreaterThan(300);
    expect(counts.get("recogniser's engine")).toBeGreaterThan(10_000);
    expect(bySite.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^detect \(.*detect\.ts:\d+:\d+\)$/));
    expect(bySite.map(({ name }) => name).join()).not.toContain("dist");
  });

  test("the page of a reading that leaks names the leak, and is drawn without a trace on disk", async () => {
    const report = join(folder, "leak.html");
    const { exitCode, text } = await demo("--leak", "--report", report);
    expect(exitCode).toBe(0);
    expect(text).toMatch(/leak\.html: [\d.]+ KiB, opens in a browser\..* never freed: \d+ bytes in 41 blocks\.$/m);
    expect(text).toMatch(/^41 blocks are live, with \d+ bytes:$/m);
    expect(await readFile(report, "utf8")).toContain("keepText (");
  });

  test("--leak forgets blobs, and names the line that allocated them", async () => {
    const { exitCode, text } = await demo("--leak");
    expect(exitCode).toBe(0);
    expect(text).toMatch(/^41 blocks are live, with \d+ bytes:$/m);
    const line = (await readFile(new URL("../examples/ocr/forget.ts", import.meta.url), "utf8"))
      .split("\n")
      .findIndex((text) => text.includes("createBlob({"));
    expect(text).toMatch(new RegExp(`^ {4}at keepText \\(.*forget\\.ts:${line + 1}:\\d+\\)$`, "m"));
  });

  test("a page or a trace that cannot be written is one line, and exit code 1", async () => {
    const nowhere = join(folder, "no", "file");
    for (const option of ["--report", "--trace"]) {
      const { exitCode, errors } = await demo("--rounds", "0", option, nowhere);
      expect(exitCode).toBe(1);
      expect(errors).toMatch(/^[^\n]+\n$/);
      expect(errors).toContain(nowhere);
    }
  });

  test("says that there is no text where there is none", async () => {
    const path = join(folder, "sky.png");
    const create = { width: 300, height: 200, channels: 3, background: "skyblue" } as const;
    await sharp({ create }).png().toFile(path);
    expect(await demo(path)).toMatchObject({ exitCode: 0, text: `${path}: no text was found.\n` });
  });

  test("names what cannot be read in one line", async () => {
    const empty = join(folder, "empty.png");
    const letter = join(folder, "letter.png");
    await writeFile(empty, "");
    await writeFile(letter, "Dear Sir or Madam");
    const missing = join(folder, "missing.png");
    for (const path of [empty, letter, missing, folder]) {
      const { exitCode, text, errors } = await demo(path);
      expect(exitCode).toBe(1);
      expect(text).toBe("");
      expect(errors).toMatch(/^[^\n]+\n$/);
      expect(errors).toContain(path);
    }
  });

  test("explains itself, and refuses arguments that it does not know", async () => {
    expect((await demo("--help")).text).toMatch(/npm run demo -- \[image\]/);
    for (const args of [["--colour"], ["a.png", "b.png"], ["--rounds", "many"]]) {
      const { exitCode, errors } = await demo(...args);
      expect(exitCode).toBe(1);
      expect(errors).toMatch(/^[^\n]+ See --help\.\n$/);
    }
  });
});

test("decoding drops blanks and repeats, but not what a blank separates", () => {
  const characters = ["", "a", "b"];
  const steps = [1, 1, 0, 1, 2, 2, 0].flatMap((best) => characters.map((_, i) => (i === best ? 0.8 : 0.1)));
  expect(decode(steps, characters)).toEqual({ text: "aab", confidence: expect.closeTo(0.8, 10) });
});
