import { expect, test } from "vitest";
import type { Peer } from "../peers/peer.ts";
import { Probe } from "./probe.ts";

const silent: Peer<unknown> = { none: 0, alloc: (size) => size, free() {}, write() {} };

test("the 99th percentile needs 200 calls", () => {
  const probe = new Probe(silent);
  for (let i = 0; i < 99; i++) probe.free(probe.alloc(1));
  probe.alloc(1);
  expect(probe.p99Ns()).toBeNull();
  probe.free(1);
  expect(probe.p99Ns()).toBeGreaterThanOrEqual(0);
});

test("calls go to the peer, which is asked for its footprint after each alloc", () => {
  let top = 0;
  const probe = new Probe({ ...silent, alloc: (size: number) => `block of ${size}`, topBytes: () => top });
  top = 100;
  expect(probe.alloc(7)).toBe("block of 7");
  top = 50;
  probe.alloc(1);
  expect(probe.footprintBytes).toBe(100);
});

test("a peer that does not tell has no footprint", () => {
  const probe = new Probe(silent);
  probe.alloc(7);
  expect(probe.footprintBytes).toBeNull();
});
