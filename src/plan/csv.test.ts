import { describe, expect, test } from "vitest";
import { formatPlan, formatProblem, parsePlan, parseProblem } from "./csv.ts";
import { PlanError } from "./plan-error.ts";

const problem = {
  buffers: [
    { id: "a", lower: 0, upper: 4, size: 10 },
    { id: 'with, "quotes"', lower: -3, upper: 8, size: 0 },
    { id: " ", lower: 1, upper: 2, size: 9007199254740981 },
  ],
};

test("a problem comes back as it was", () => {
  expect(formatProblem(problem)).toBe(
    'id,lower,upper,size\na,0,4,10\n"with, ""quotes""",-3,8,0\n" ",1,2,9007199254740981\n',
  );
  expect(parseProblem(formatProblem(problem))).toEqual(problem);
});

test("a plan comes back as it was, and is a problem, too", () => {
  const csv = formatPlan(problem, [0, 10, 3]);
  expect(csv.split("\n")[0]).toBe("id,lower,upper,size,offset");
  expect(parsePlan(csv)).toEqual({ problem, offsets: [0, 10, 3] });
  expect(parseProblem(csv)).toEqual(problem);
});

test("number ids are written as they are and read as text", () => {
  const csv = formatProblem({ buffers: [{ id: 7, lower: 0, upper: 1, size: 1 }] });
  expect(parseProblem(csv).buffers[0]?.id).toBe("7");
});

test("columns in another order, CRLF, a byte order mark, blanks and empty lines are taken", () => {
  const csv = "\uFEFFSize, id ,upper,lower\r\n\r\n 8 , x , 2 , +1 \r\n";
  expect(parseProblem(csv)).toEqual({ buffers: [{ id: "x", lower: 1, upper: 2, size: 8 }] });
});

test("a header alone is the empty problem", () => {
  expect(parseProblem("id,lower,upper,size\n")).toEqual({ buffers: [] });
  expect(formatProblem({ buffers: [] })).toBe("id,lower,upper,size\n");
});

const lines = (...rows: string[]): string => ["id,lower,upper,size", ...rows].join("\n");

describe("what makes no sense is refused with its line", () => {
  test.each<[string, string, number | undefined, RegExp]>([
    ["nothing at all", "", undefined, /no header line/],
    ["a missing column", "id,lower,size\n", 1, /must have the column "upper" once/],
    ["a column given twice", "\nid,id,lower,upper,size\n", 2, /must have the column "id" once/],
    ["an unknown column", "id,lower,upper,size,alignment\n", 1, /column "alignment" is not known/],
    ["too few fields", lines("a,0,1,2", "b,0,1"), 3, /Line 3 has 3 fields, the header 4/],
    ["too many fields", lines("a,0,1,2,3"), 2, /Line 2 has 5 fields/],
    ["a fraction", lines("a,0,1,2.5"), 2, /Line 2: size is "2\.5"/],
    ["an empty field", lines("a,0,,2"), 2, /Line 2: upper is ""/],
    ["text for a number", lines("a,0x10,17,2"), 2, /Line 2: lower is "0x10"/],
    ["a number that is not safe", lines("a,0,1,9007199254740993"), 2, /Line 2: Buffer 0.*size must be an integer/],
    ["a quote inside a field", lines('a"b,0,1,2'), 2, /Line 2: there is a quote/],
    ["a quote that is not closed", lines('"a,0,1,2'), 2, /Line 2: there is a quote/],
    ["an id given twice", lines("a,0,1,2", "", "a,0,1,2"), 4, /Line 4: Buffers 0 and 1 have the same id "a"/],
    ["an empty lifetime", lines("a,1,1,2"), 2, /Line 2: Buffer 0 .*lower is 1 and upper is 1/],
  ])("%s", (_, csv, line, message) => {
    expect(() => parseProblem(csv)).toThrow(message);
    expect(() => parseProblem(csv)).toThrow(expect.objectContaining({ code: "ERR_PLAN", line }));
  });

  test("a plan without offsets", () => {
    expect(() => parsePlan(lines("a,0,1,2"))).toThrow(/must have the column "offset" once/);
  });

  test("something that is no text", () => {
    expect(() => parseProblem(new Uint8Array(3) as unknown as string)).toThrow(PlanError);
  });
});

test("a plan with too few offsets and an id with a line break are not written", () => {
  expect(() => formatPlan(problem, [0])).toThrow(/1 offsets for 3 buffers/);
  const buffers = [{ id: "a\nb", lower: 0, upper: 1, size: 1 }];
  expect(() => formatProblem({ buffers })).toThrow(/has a line break/);
});
