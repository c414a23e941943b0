import { describe, expect, test } from "vitest";
import { GAP_INSTANCES } from "./gap-instances.fixture.ts";
import { plan, planSync } from "./plan.ts";
import type { PlanOptions } from "./options.ts";
import { PlanError } from "./plan-error.ts";
import type { PlanBuffer, PlanProblem } from "./problem.ts";
import { RandomProblems } from "./random-problems.fixture.ts";
import { validate } from "./validate.ts";

const gap = GAP_INSTANCES[0]!;

const buffer = (lower: number, upper: number, size: number, id = 0): PlanBuffer => ({ id, lower, upper, size });

/** Has a plan without a gap that takes more than 20,000 decisions to find. */
function hardProblem(): PlanProblem {
  return new RandomProblems(2).planted(400, 60, 2000).problem;
}

/** 2,500 buffers, of which some 600 live at once. */
function crowdedProblem(): PlanProblem {
  const random = new RandomProblems(5);
  const buffers = Array.from({ length: 2500 }, (_, id) =>
    buffer(id, id + random.between(200, 1000), 64 * random.between(1, 1000), id),
  );
  return { buffers };
}

describe("plan", () => {
  test("lays out what lives at once side by side, and what does not, in the same place", async () => {
    const problem = {
      buffers: [buffer(0, 2, 64, 1), buffer(1, 3, 128, 2), buffer(2, 4, 64, 3), buffer(3, 5, 128, 4)],
    };
    const result = await plan(problem);
    expect(validate(problem, result.offsets, 192)).toEqual([]);
    expect(result).toMatchObject({
      height: 192,
      lowerBound: 192,
      optimal: true,
      fits: true,
      infeasible: false,
      ended: "done",
    });
  });

  test("lifetimes are half-open: one may begin where the other ends", async () => {
    const result = await plan({ buffers: [buffer(0, 5, 10, 1), buffer(5, 9, 10, 2)] });
    expect(result).toMatchObject({ offsets: [0, 0], height: 10 });
  });

  test("offsets are in the order of the buffers", async () => {
    const problem = { buffers: [buffer(0, 9, 1, 1), buffer(3, 5, 100, 2), buffer(0, 9, 10, 3)] };
    const { offsets } = await plan(problem);
    expect(offsets).toHaveLength(3);
    expect(validate(problem, offsets, 111)).toEqual([]);
  });

  test("no buffers are a plan of height 0", async () => {
    expect(await plan({ buffers: [] })).toEqual({
      offsets: [],
      height: 0,
      lowerBound: 0,
      optimal: true,
      fits: true,
      infeasible: false,
      ended: "done",
      nodes: 0,
    });
    expect(await plan({ buffers: [] }, { capacity: 0 })).toMatchObject({ fits: true });
  });

  test("buffers of 0 bytes lie at 0 and are in nobody's way", async () => {
    const result = await plan({ buffers: [buffer(0, 9, 0, 1), buffer(0, 9, 7, 2), buffer(3, 4, 0, 3)] });
    expect(result).toMatchObject({ offsets: [0, 0, 0], height: 7, optimal: true });
  });

  test("times may be negative and sizes large", async () => {
    const large = 2 ** 51;
    const result = await plan({ buffers: [buffer(-7, -2, large, 1), buffer(-3, 4, large + 1, 2)] });
    expect(result).toMatchObject({ height: 2 * large + 1, optimal: true });
  });

  test("finds the least height where it is above the bytes that live at once, and proves it", async () => {
    const result = await plan(gap.problem);
    expect(validate(gap.problem, result.offsets, gap.leastHeight)).toEqual([]);
    expect(result).toMatchObject({ height: gap.leastHeight, lowerBound: gap.leastHeight, optimal: true });
  });
});

describe("a capacity", () => {
  test("that is enough is met", async () => {
    const result = await plan(gap.problem, { capacity: gap.leastHeight });
    expect(result).toMatchObject({ fits: true, infeasible: false, ended: "done" });
    expect(validate(gap.problem, result.offsets, gap.leastHeight)).toEqual([]);
  });

  test("that is more than enough is met by the first plan that fits, whether or not it is the lowest", async () => {
    const result = await plan(gap.problem, { capacity: 1000 });
    expect(result).toMatchObject({ fits: true, nodes: 0 });
    expect(validate(gap.problem, result.offsets, 1000)).toEqual([]);
  });

  test("that is too low by the search is proved to be", async () => {
    const result = await plan(gap.problem, { capacity: gap.largestTotal });
    expect(result).toMatchObject({ fits: false, infeasible: true, ended: "done" });
    expect(result.lowerBound).toBe(gap.leastHeight);
    expect(validate(gap.problem, result.offsets, result.height)).toEqual([]);
  });

  test("below what lives at once is told without a search, with a plan that is as good as greedy makes it", async () => {
    const result = await plan(gap.problem, { capacity: gap.largestTotal - 1 });
    expect(result).toMatchObject({ fits: false, infeasible: true, lowerBound: gap.largestTotal, nodes: 0 });
    expect(validate(gap.problem, result.offsets, result.height)).toEqual([]);
  });

  test("that is no multiple of what the sizes have in common is as good as the multiple below", async () => {
    const problem = { buffers: [buffer(0, 1, 64, 1), buffer(0, 1, 128, 2)] };
    expect(await plan(problem, { capacity: 200 })).toMatchObject({ fits: true, height: 192 });
    expect(await plan(problem, { capacity: 191 })).toMatchObject({ fits: false, infeasible: true, lowerBound: 192 });
  });
});

describe("limits", () => {
  test("maxNodes 0 is the greedy planner: a valid plan, not proved where it is above the bound", () => {
    const result = planSync(hardProblem(), { maxNodes: 0 });
    expect(result).toMatchObject({ nodes: 0, ended: "nodes", optimal: false });
    expect(validate(hardProblem(), result.offsets, result.height)).toEqual([]);
  });

  test("maxNodes is not exceeded, and more of them make no higher plan", () => {
    const heights = [0, 500, 5000].map((maxNodes) => {
      const result = planSync(hardProblem(), { maxNodes, timeoutMs: Infinity });
      expect(result.nodes).toBeLessThanOrEqual(maxNodes);
      return result.height;
    });
    expect(heights).toEqual(heights.toSorted((a, b) => b - a));
  });

  test("without any time there is a plan all the same", async () => {
    const result = await plan(hardProblem(), { timeoutMs: 0 });
    expect(result.ended).toBe("time");
    expect(validate(hardProblem(), result.offsets, result.height)).toEqual([]);
  });

  test("where very many live at once, there is a plan before the first order of greedy is done, and none worse after", () => {
    const problem = crowdedProblem();
    const soon = planSync(problem, { timeoutMs: 0 });
    expect(soon.ended).toBe("time");
    expect(validate(problem, soon.offsets, soon.height)).toEqual([]);
    const later = planSync(problem, { maxNodes: 0, timeoutMs: Infinity });
    expect(validate(problem, later.offsets, later.height)).toEqual([]);
    expect(later.height).toBeLessThanOrEqual(soon.height);
    expect(later.lowerBound).toBe(soon.lowerBound);
  });

  test("the same seed gives the same plan, sliced or at once", async () => {
    const limits = { maxNodes: 3000, timeoutMs: Infinity, seed: 7 };
    const result = await plan(hardProblem(), limits);
    expect(await plan(hardProblem(), limits)).toEqual(result);
    expect(planSync(hardProblem(), limits)).toEqual(result);
  });
});

describe("in the background", () => {
  test("timers fire while it plans", async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await plan(hardProblem(), { maxNodes: 5000, timeoutMs: Infinity });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });

  test("a signal that is aborted already rejects with its reason before anything is planned", async () => {
    const reason = new Error("not now");
    let calls = 0;
    const options = { signal: AbortSignal.abort(reason), onProgress: () => calls++ };
    await expect(plan(gap.problem, options)).rejects.toBe(reason);
    expect(calls).toBe(0);
  });

  test("a signal that is aborted later ends it with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const planning = plan(hardProblem(), {
      timeoutMs: Infinity,
      signal: controller.signal,
      onProgress: () => {
        controller.abort(reason);
      },
    });
    await expect(planning).rejects.toBe(reason);
  });

  test("a stopSignal ends it with the best plan so far", async () => {
    const controller = new AbortController();
    const heights: number[] = [];
    const result = await plan(hardProblem(), {
      timeoutMs: Infinity,
      stopSignal: controller.signal,
      onProgress: ({ height }) => {
        heights.push(height);
        if (heights.length === 2) controller.abort();
      },
    });
    expect(result).toMatchObject({ ended: "stopped", optimal: false, height: heights.at(-1) });
    expect(validate(hardProblem(), result.offsets, result.height)).toEqual([]);
  });

  test("a stopSignal that is aborted already leaves time for the first plan", async () => {
    const result = await plan(hardProblem(), { timeoutMs: Infinity, stopSignal: AbortSignal.abort() });
    expect(result.ended).toBe("stopped");
    expect(validate(hardProblem(), result.offsets, result.height)).toEqual([]);
  });

  test("progress tells of each better plan, and ends with the result", async () => {
    const heights: number[] = [];
    const bounds: number[] = [];
    const { problem, height } = new RandomProblems(3).planted(400, 60, 2000);
    const result = await plan(problem, {
      timeoutMs: Infinity,
      onProgress: ({ height, lowerBound, nodes, elapsedMs }) => {
        heights.push(height);
        bounds.push(lowerBound);
        expect(nodes).toBeGreaterThanOrEqual(0);
        expect(elapsedMs).toBeGreaterThanOrEqual(0);
      },
    });
    expect(heights.length).toBeGreaterThan(1);
    expect(heights.at(-1)).toBe(result.height);
    expect(result.height).toBe(height);
    expect(bounds.at(-1)).toBe(result.lowerBound);
    expect(heights).toEqual(heights.toSorted((a, b) => b - a));
    expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
  });

  test("what onProgress throws ends it", async () => {
    const planning = plan(gap.problem, {
      onProgress: () => {
        throw new RangeError("mine");
      },
    });
    await expect(planning).rejects.toThrow(new RangeError("mine"));
  });
});

describe("bad input is refused before anything is planned", () => {
  test.each<[string, unknown, RegExp]>([
    ["no problem", undefined, /A problem is/],
    ["no list", { buffers: 3 }, /A problem is/],
    ["the list alone", [buffer(0, 1, 1)], /not an array of 1\. Give \{ buffers \} in place of the array alone/],
    ["a hole in the list", { buffers: [buffer(0, 1, 1), null] }, /Buffer 1 is null/],
    [
      "an id that is neither text nor number",
      { buffers: [{ ...buffer(0, 1, 1), id: {} }] },
      /Buffer 0 has the id a Object/,
    ],
    ["a negative size", { buffers: [buffer(0, 1, -1)] }, /size is -1\. Give 0 or more/],
    ["a fractional size", { buffers: [buffer(0, 1, 1.5)] }, /size must be an integer, not 1\.5/],
    ["a size that is NaN", { buffers: [buffer(0, 1, NaN)] }, /size must be an integer, not NaN/],
    ["a size that is no safe integer", { buffers: [buffer(0, 1, 2 ** 53)] }, /size must be an integer/],
    ["a size that is text", { buffers: [{ ...buffer(0, 1, 1), size: "1" }] }, /size must be an integer, not "1"/],
    ["a fractional time", { buffers: [buffer(0.5, 1, 1)] }, /lower must be an integer/],
    ["an endless lifetime", { buffers: [buffer(0, Infinity, 1)] }, /upper must be an integer, not Infinity/],
    ["an empty lifetime", { buffers: [buffer(3, 3, 1)] }, /lower is 3 and upper is 3/],
    ["a lifetime that ends before it begins", { buffers: [buffer(4, 3, 1)] }, /lower is 4 and upper is 3/],
    ["an id given twice", { buffers: [buffer(0, 1, 1), buffer(0, 1, 1)] }, /Buffers 0 and 1 have the same id 0/],
    [
      "sizes that add up to too much",
      { buffers: [buffer(0, 1, 2 ** 52, 1), buffer(1, 2, 2 ** 52, 2)] },
      /0 to 1 add up/,
    ],
  ])("%s", async (_, problem, message) => {
    expect(() => planSync(problem as PlanProblem)).toThrow(PlanError);
    expect(() => planSync(problem as PlanProblem)).toThrow(message);
    await expect(plan(problem as PlanProblem)).rejects.toThrow(message);
  });

  test("the error names the buffer", () => {
    const problem = { buffers: [buffer(0, 1, 1, 5), buffer(0, 1, -1, 6)] };
    expect(() => planSync(problem)).toThrow(expect.objectContaining({ code: "ERR_PLAN", index: 1 }));
  });

  test.each<[string, unknown]>([
    ["capacity", { capacity: -1 }],
    ["capacity", { capacity: 1.5 }],
    ["capacity", { capacity: NaN }],
    ["capacity", { capacity: "8" }],
    ["maxNodes", { maxNodes: -1 }],
    ["timeoutMs", { timeoutMs: -1 }],
    ["timeoutMs", { timeoutMs: NaN }],
    ["seed", { seed: 0.5 }],
    ["signal", { signal: {} }],
    ["stopSignal", { stopSignal: {} }],
    ["onProgress", { onProgress: 3 }],
    ["Options", null],
  ])("the option %s of %o", async (name, options) => {
    const error = { code: "ERR_PLAN", message: expect.stringContaining(name) as string };
    await expect(plan({ buffers: [] }, options as PlanOptions)).rejects.toMatchObject(error);
  });
});
