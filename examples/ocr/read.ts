/** The whole job in blobs: every tensor and every scratch buffer comes out of one allocator, and goes back to it. */
import type { IAllocator, TraceAdaptor } from "tensorheap";
import type { Reading } from "./ctc.ts";
import { detect } from "./detect.ts";
import type { Image } from "./image.ts";
import type { ModelSession } from "./open-session.ts";
import { LEAST_CONFIDENCE } from "./paddle.ts";
import { recognise } from "./recognise.ts";

export interface Models {
  readonly detector: ModelSession;
  readonly recogniser: ModelSession;
  readonly characters: readonly string[];
}

/**
 * @param trace around the allocator: notes what the job is doing, and which model each tensor is for
 * @returns the lines of text in reading order
 */
export async function read(
  models: Models,
  image: Image,
  allocator: IAllocator,
  trace?: TraceAdaptor,
): Promise<Reading[]> {
  const { detector, recogniser, characters } = models;
  const readings: Reading[] = [];
  trace?.phase("detect");
  for (const box of await detect(detector, image, trace?.labelled("detector") ?? allocator)) {
    trace?.phase("recognise");
    const reading = await recognise(recogniser, image, box, characters, trace?.labelled("recogniser") ?? allocator);
    if (reading.text !== "" && reading.confidence >= LEAST_CONFIDENCE) readings.push(reading);
  }
  return readings;
}
