import { expect, test } from "vitest";
import { analyseTrace } from "../model/analyse-trace.ts";
import { randomEvents } from "../model/random-events.fixture.ts";
import { pack, unpack } from "./pack.ts";

test("what is packed comes back the same: numbers of every size, fractions, text, nothing", () => {
  const value = {
    text: "ünïcode </script> \u2028",
    none: null,
    list: [1, "two", { three: Int32Array.of(3) }],
    ints: Int32Array.of(0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 127, 128, -128),
    shorts: Int16Array.of(-32_768, 32_767, 0),
    bytes: Uint8Array.of(0, 255, 1),
    whole: Float64Array.of(0, 2 ** 50, -(2 ** 50), 1, 2 ** 45),
    decimals: Float64Array.of(0.0001, 12.3456, 12.3457, 1_000_000.5),
    fractions: Float64Array.of(1 / 3, Math.PI, -1e-300, 2 ** 53),
    empty: new Float64Array(0),
  };
  expect(unpack(pack(value))).toEqual(value);
});

test("a report's model comes back the same", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const model = await analyseTrace(randomEvents(seed));
    expect(unpack(pack(model)), `seed ${seed}`).toEqual(model);
  }
});

test("neighbours that differ by little take a byte each", () => {
  const packed = pack(Int32Array.from({ length: 10_000 }, (_, at) => at * 3));
  expect(packed.length).toBeLessThan(10_100);
});
