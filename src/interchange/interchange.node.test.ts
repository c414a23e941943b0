/** Needs Node for a collector that can be called, and for a SharedArrayBuffer, which browsers have for isolated pages only. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { CountingAllocator } from "../../test/support/counting-allocator.ts";
import { createBlob } from "../blob/create-blob.ts";
import { reclaimed } from "../blob/reclaim.ts";
import { elementsOf, fromBase64 } from "./bytes.fixture.ts";
import { NPY_BY_DTYPE } from "./npy.fixture.ts";
import { readNpy } from "./read-npy.ts";
import { readSafetensors } from "./read-safetensors.ts";
import { MIXED } from "./safetensors.fixture.ts";
import { writeNpy } from "./write-npy.ts";
import { writeSafetensors } from "./write-safetensors.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects until `done`, and lets finalisers run; gives up after 100 times. */
async function collectUntil(done: () => boolean): Promise<void> {
  for (let i = 0; i < 100 && !done(); i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Behind bytes that are not part of it, so that it starts nowhere near a multiple of an element size. */
function inSharedMemory(file: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(file.byteLength + 3), 3);
  shared.set(file);
  return shared;
}

function forgetBlob(allocator: CountingAllocator): void {
  createBlob({ precision: "U8", dims: [1] }, { allocator });
}

test("files are read from shared memory, and from any offset of it", () => {
  using blob = readNpy(inSharedMemory(fromBase64(NPY_BY_DTYPE["<f8"]!)));
  expect(elementsOf(blob)).toEqual([0, 1, 2, 3, 4, 5]);
  using file = readSafetensors(inSharedMemory(fromBase64(MIXED)));
  expect(elementsOf(file.tensors.get("scale")!)).toEqual([0.5]);
});

test("reading and writing make no blob that is forgotten", async () => {
  const allocator = new CountingAllocator();
  const before = reclaimed().count;
  const array = readNpy(fromBase64(NPY_BY_DTYPE[">f4"]!), { allocator });
  const file = readSafetensors(fromBase64(MIXED), { allocator });
  writeNpy(array);
  writeSafetensors(file.tensors, file.metadata);
  array.deallocate();
  file.deallocate();
  // What those calls left would be found together with this one.
  forgetBlob(allocator);
  await collectUntil(() => reclaimed().count > before);
  expect(allocator.liveCount).toBe(0);
  expect(reclaimed().count).toBe(before + 1);
});
