/** The same job as it is done without an allocator: a fresh array for every tensor, left to the garbage collector. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { findBoxes, inReadingOrder } from "./boxes.ts";
import { decode } from "./ctc.ts";
import type { Reading } from "./ctc.ts";
import type { Image, Rectangle } from "./image.ts";
import {
  DETECTOR,
  DETECTOR_PIXELS,
  LEAST_CONFIDENCE,
  LINE_HEIGHT,
  RECOGNISER,
  RECOGNISER_PIXELS,
  detectorSize,
  lineWidth,
  readCharacters,
  toImage,
  whole,
} from "./paddle.ts";

export class FreshArrays {
  /**
   * Arrays made so far, by this code and by onnxruntime-node for its results, and their bytes. Each result is also a copy,
   * of what ONNX Runtime computed.
   */
  readonly tally = { tensors: 0, tensorBytes: 0, locks: 0, copies: 0, copiedBytes: 0 };

  readonly #detector: InferenceSession;
  readonly #recogniser: InferenceSession;
  readonly #characters: readonly string[];

  private constructor(detector: InferenceSession, recogniser: InferenceSession, characters: readonly string[]) {
    this.#detector = detector;
    this.#recogniser = recogniser;
    this.#characters = characters;
  }

  static async load(): Promise<FreshArrays> {
    const detector = await InferenceSession.create(DETECTOR);
    const recogniser = await InferenceSession.create(RECOGNISER);
    return new FreshArrays(detector, recogniser, await readCharacters());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#detector.release();
    await this.#recogniser.release();
  }

  async read(image: Image): Promise<Reading[]> {
    const { width, height } = detectorSize(image);
    const input = this.#count(new Float32Array(3 * height * width));
    await this.#prepare(image, whole(image), input, width, height, width, DETECTOR_PIXELS);
    const map = await this.#run(this.#detector, input, [1, 3, height, width]);
    const seen = this.#count(new Uint8Array(height * width));
    const queue = this.#count(new Int32Array(height * width));
    const boxes = findBoxes(map, width, height, seen, queue);

    const readings: Reading[] = [];
    for (const box of inReadingOrder(toImage(boxes, image, { width, height }))) {
      const { line, tensor } = lineWidth(box);
      const data = this.#count(new Float32Array(3 * LINE_HEIGHT * tensor));
      await this.#prepare(image, box, data, line, LINE_HEIGHT, tensor, RECOGNISER_PIXELS);
      const probabilities = await this.#run(this.#recogniser, data, [1, 3, LINE_HEIGHT, tensor]);
      const reading = decode(probabilities, this.#characters);
      if (reading.text !== "" && reading.confidence >= LEAST_CONFIDENCE) readings.push(reading);
    }
    return readings;
  }

  /** Scales the part of the image to width × height, and writes it normalised into planes with rows of `stride` elements. */
  async #prepare(
    { width: imageWidth, pixels }: Image,
    { left, top, right, bottom }: Rectangle,
    planes: Float32Array,
    width: number,
    height: number,
    stride: number,
    { mean, std }: typeof DETECTOR_PIXELS | typeof RECOGNISER_PIXELS,
  ): Promise<void> {
    const [columns, rows] = [right - left, bottom - top];
    const crop = this.#count(new Uint8Array(3 * rows * columns));
    for (let y = 0; y < rows; y++) {
      const from = 3 * ((top + y) * imageWidth + left);
      crop.set(pixels.subarray(from, from + 3 * columns), 3 * y * columns);
    }
    const scaled = await sharp(crop, { raw: { width: columns, height: rows, channels: 3 } })
      .resize(width, height, { fit: "fill", kernel: "linear" })
      .raw()
      .toBuffer();
    for (let plane = 0; plane < 3; plane++) {
      const [subtracted, divisor] = [mean[plane]!, std[plane]!];
      for (let y = 0; y < height; y++) {
        const to = (plane * height + y) * stride;
        const from = y * width * 3 + 2 - plane;
        for (let x = 0; x < width; x++) planes[to + x] = (scaled[from + 3 * x]! * (1 / 255) - subtracted) / divisor;
      }
    }
  }

  async #run(session: InferenceSession, data: Float32Array, dims: number[]): Promise<Float32Array> {
    const [inputName = "", outputName = ""] = [...session.inputNames, ...session.outputNames];
    const results = await session.run({ [inputName]: new Tensor("float32", data, dims) });
    const result = results[outputName]!.data as Float32Array;
    this.tally.copies++;
    this.tally.copiedBytes += result.byteLength;
    return this.#count(result);
  }

  #count<A extends ArrayBufferView>(array: A): A {
    this.tally.tensors++;
    this.tally.tensorBytes += array.byteLength;
    return array;
  }
}
