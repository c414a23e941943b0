import koffi from "koffi";
import { describe, test } from "vitest";
import { allocatorConformance } from "../testing/allocator-conformance.ts";
import { HeapAllocator } from "./heap.ts";

describe("the contract, with native addresses: every block starts on a 64-byte boundary", () => {
  const traits = { pooled: true, addressOf: (bytes: Uint8Array): bigint => koffi.address(bytes) };
  for (const { name, run } of allocatorConformance(() => new HeapAllocator(), traits)) test(name, run);
});
