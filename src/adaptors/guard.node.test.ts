import koffi from "koffi";
import { describe, test } from "vitest";
import { HeapAllocator } from "../allocators/heap.ts";
import { allocatorConformance } from "../testing/allocator-conformance.ts";
import { GuardAdaptor } from "./guard.ts";

function make(): GuardAdaptor {
  return new GuardAdaptor(new HeapAllocator(), { callSites: false });
}

describe("the contract, with native addresses: a guarded block starts on a 64-byte boundary as the upstream's does", () => {
  const traits = { pooled: true, manyHandles: false, addressOf: (bytes: Uint8Array): bigint => koffi.address(bytes) };
  const cases = allocatorConformance(make, traits).filter(({ name }) => name.includes("address"));
  for (const { name, run } of cases) test(name, run);
});
