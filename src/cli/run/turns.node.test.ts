import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("one at a time goes on, each in its turn", async () => {
  const turns = new Turns();
  const log: string[] = [];
  let inside = 0;
  const work = async (name: string, rounds: number): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      await turns.begin();
      expect(++inside).toBe(1);
      log.push(name);
      await new Promise((resolve) => {
        setTimeout(resolve, 1);
      });
      inside--;
      turns.end();
    }
  };
  await Promise.all([work("a", 3), work("b", 1), work("c", 2)]);
  expect(log.join("")).toBe("abcaca");
});
