import { describe, expect, test } from "vitest";
import type { Peer } from "../peers/peer.ts";
import { findWorkload, GROUPS } from "./workloads.ts";

/** Hands out numbers, and refuses to free what is not live. */
class CheckingPeer implements Peer<number> {
  readonly none = 0;
  readonly live = new Map<number, number>();
  liveBytes = 0;
  peakBytes = 0;
  allocs = 0;
  frees = 0;

  alloc(size: number): number {
    const id = ++this.allocs;
    this.live.set(id, size);
    this.liveBytes += size;
    this.peakBytes = Math.max(this.peakBytes, this.liveBytes);
    return id;
  }

  free(block: number): void {
    const size = this.live.get(block);
    if (size === undefined) throw new Error(`${block} is not live.`);
    this.live.delete(block);
    this.liveBytes -= size;
    this.frees++;
  }

  write(): void {}
}

const ids = GROUPS.flatMap(({ workloads }) => workloads.map(({ id }) => id));

test("no two workloads share an id", () => {
  expect(new Set(ids).size).toBe(ids.length);
  expect(findWorkload("nothing")).toBeUndefined();
});

describe.each(ids)("%s", (id) => {
  test("frees what it allocated, keeps its live count, and reaches the peak it announces", () => {
    const workload = findWorkload(id)!.load();
    const peer = new CheckingPeer();
    workload.prepare(peer);
    const liveCount = peer.live.size;
    const prepared = peer.allocs;
    for (let pass = 0; pass < 2 * workload.passesPerCycle; pass++) workload.pass(peer, 0);
    const pairs = 2 * workload.passesPerCycle * workload.pairsPerPass;
    expect(peer).toMatchObject({ allocs: prepared + pairs, frees: pairs, peakBytes: workload.peakBytes });
    expect(peer.live.size).toBe(liveCount);
  });

  test("is the same every time it is made", () => {
    const [first, second] = [new CheckingPeer(), new CheckingPeer()];
    for (const peer of [first, second]) {
      const workload = findWorkload(id)!.load();
      workload.prepare(peer);
      workload.pass(peer, 0);
    }
    expect([...first.live]).toEqual([...second.live]);
  });
});
