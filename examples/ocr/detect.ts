/** Where the text is: the detector, run in blobs. */
import { createBlob } from "tensorheap";
import type { IAllocator } from "tensorheap";
import { findBoxes, inReadingOrder } from "./boxes.ts";
import type { Image, Rectangle } from "./image.ts";
import type { ModelSession } from "./open-session.ts";
import { DETECTOR_PIXELS, detectorSize, toImage, whole } from "./paddle.ts";
import { prepare } from "./prepare.ts";

/** @returns boxes around the lines of text, in reading order, in pixels of the image */
export async function detect(session: ModelSession, image: Image, allocator: IAllocator): Promise<Rectangle[]> {
  const [inputName = "", outputName = ""] = [...session.inputNames, ...session.outputNames];
  const { width, height } = detectorSize(image);

  using input = createBlob({ precision: "FP32", dims: [1, 3, height, width] }, { allocator });
  await prepare(image, whole(image), input, DETECTOR_PIXELS, allocator);

  using output = createBlob({ precision: "FP32", dims: [1, 1, height, width] }, { allocator });
  await session.run({ [inputName]: input }, { [outputName]: output });

  using seen = createBlob({ precision: "U8", dims: [height, width] }, { allocator });
  using queue = createBlob({ precision: "I32", dims: [height, width] }, { allocator });
  using map = output.rmap();
  using seenMap = seen.wmap();
  using queueMap = queue.wmap();
  const boxes = findBoxes(map.data, width, height, seenMap.data, queueMap.data);
  return inReadingOrder(toImage(boxes, image, { width, height }));
}
