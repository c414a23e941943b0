import { expect, test } from "vitest";
import type { Peer } from "../peers/peer.ts";
import { pairs } from "../workloads/pairs.ts";
import { MODES, STRIDES } from "./modes.ts";
import type { Mode } from "./modes.ts";

/** Offsets that one pair of this size writes to. */
function written(mode: Mode, size: number): number[] {
  const offsets: number[] = [];
  const peer: Peer<unknown> = {
    none: null,
    alloc: () => null,
    free() {},
    write(_, size, stride) {
      for (let i = 0; i < size; i += stride) offsets.push(i);
    },
  };
  const program = pairs(size, 1);
  program.prepare(peer);
  program.pass(peer, STRIDES[mode]);
  return offsets;
}

test("raw writes nothing, lock the first byte, touch one byte in each page", () => {
  expect(Object.keys(MODES)).toEqual(["raw", "lock", "touch"]);
  expect(written("raw", 10_000)).toEqual([]);
  expect(written("lock", 10_000)).toEqual([0]);
  expect(written("touch", 8_192)).toEqual([0, 4_096]);
  expect(written("touch", 8_193)).toEqual([0, 4_096, 8_192]);
});

test("an empty block has no byte to write", () => {
  expect(written("lock", 0)).toEqual([]);
  expect(written("touch", 0)).toEqual([]);
});
