import { expect, test } from "vitest";
import { analyseTrace } from "../model/analyse-trace.ts";
import { randomEvents } from "../model/random-events.fixture.ts";
import type { BlockTable } from "../model/report-model.ts";
import { BandIndex } from "./band-index.ts";
import { LiveIndex } from "./live-index.ts";

function randomBlocks(count: number, seed: number): { blocks: BlockTable; events: number } {
  let state = seed + 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const from = Int32Array.from({ length: count }, (_, at) => at * 2);
  const lasting = (): number => 1 + Math.floor(random() ** 5 * count * 2);
  const blocks = {
    count,
    from,
    to: from.map((event) => Math.min(event + lasting(), count * 2)),
    size: Float64Array.from(from, () => Math.floor(2 ** (random() * 24))),
    id: Float64Array.from(from),
    label: new Int32Array(count),
    site: new Int32Array(count),
    region: new Int16Array(count),
    granule: new Int32Array(count),
  };
  return { blocks, events: count * 2 };
}

test("a tier finds just the blocks of its size that are alive, oldest first", () => {
  for (const [count, seed] of [
    [3, 1],
    [50, 2],
    [3000, 3],
  ] as const) {
    const { blocks, events } = randomBlocks(count, seed);
    const bands = new BandIndex(blocks);
    for (const bytes of [0, 1, 100, 10_000, 2 ** 22]) {
      const tier = bands.tierFor(bytes);
      const out = new Int32Array(tier.mostAlive);
      expect(tier.leastBytes).toBeLessThanOrEqual(Math.max(bytes, 1));
      for (let event = 0; event < events; event += Math.ceil(events / 97)) {
        const found = [...out.subarray(0, tier.aliveAt(event, out))];
        const expected = [...blocks.id.keys()].filter(
          (block) =>
            blocks.size[block]! >= tier.leastBytes && blocks.from[block]! <= event && blocks.to[block]! > event,
        );
        expect(found, `${count} blocks from ${tier.leastBytes} bytes at ${event}`).toEqual(expected);
      }
    }
  }
});

test("with more blocks alive than can be drawn, only the larger ones are asked for", () => {
  const count = 20_000;
  const { blocks } = randomBlocks(count, 4);
  const all = { ...blocks, to: blocks.to.map(() => count * 2) };
  const tier = new BandIndex(all).tierFor(1);
  expect(tier.mostAlive).toBeLessThanOrEqual(2500);
  expect(tier.leastBytes).toBeGreaterThan(1);
});

test("live bytes after each event, and the event with most of them in any stretch, agree with adding up", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const { blocks, counts } = await analyseTrace(randomEvents(seed));
    const index = new LiveIndex(blocks, counts.events);
    const live = Array.from(index.live.keys(), (event) =>
      [...blocks.id.keys()].reduce(
        (sum, block) => (blocks.from[block]! <= event && blocks.to[block]! > event ? sum + blocks.size[block]! : sum),
        0,
      ),
    );
    expect([...index.live]).toEqual(live);
    for (let from = 0; from < counts.events; from += 3) {
      for (let last = from; last < counts.events; last += 4) {
        const stretch = live.slice(from, last + 1);
        expect(index.mostBetween(from, last)).toBe(from + stretch.indexOf(Math.max(...stretch)));
      }
    }
  }
});
