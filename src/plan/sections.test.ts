import { expect, test } from "vitest";
import { RandomProblems } from "./random-problems.fixture.ts";
import { cutSections, sectionTotals } from "./sections.ts";

const cut = (...lifetimes: [lower: number, upper: number][]): ReturnType<typeof cutSections> =>
  cutSections(
    Float64Array.from(lifetimes, ([lower]) => lower),
    Float64Array.from(lifetimes, ([, upper]) => upper),
  );

test("starts without an end between them share a section, and so do ends", () => {
  const { count, first, end } = cut([0, 10], [1, 9], [2, 8]);
  expect(count).toBe(1);
  expect([...first]).toEqual([0, 0, 0]);
  expect([...end]).toEqual([1, 1, 1]);
});

test("an end before a start, or at the same moment, closes the section", () => {
  const { count, first, end } = cut([0, 2], [2, 4], [0, 4], [5, 6]);
  expect(count).toBe(3);
  expect([...first]).toEqual([0, 1, 0, 2]);
  expect([...end]).toEqual([1, 2, 2, 3]);
});

test("nothing has no sections", () => {
  const sections = cut();
  expect(sections.count).toBe(0);
  expect(sectionTotals(sections, new Float64Array(0))).toHaveLength(0);
});

test("two buffers share a section exactly when they live at once, and the largest total is the most that lives at once", () => {
  const random = new RandomProblems(21);
  for (let tested = 0; tested < 300; tested++) {
    const { buffers } = random.loose(random.between(1, 20), 10, 50);
    const sections = cut(...buffers.map(({ lower, upper }) => [lower, upper] as [number, number]));
    const { first, end } = sections;
    for (const [index, one] of buffers.entries()) {
      for (const [at, other] of buffers.entries()) {
        const together = one.lower < other.upper && other.lower < one.upper;
        expect(first[index]! < end[at]! && first[at]! < end[index]!).toBe(together);
      }
    }
    const totals = sectionTotals(
      sections,
      Float64Array.from(buffers, ({ size }) => size),
    );
    const most = buffers.map(({ lower: moment }) =>
      buffers.reduce((sum, { lower, upper, size }) => sum + (lower <= moment && moment < upper ? size : 0), 0),
    );
    expect(Math.max(...totals)).toBe(Math.max(...most));
  }
});
