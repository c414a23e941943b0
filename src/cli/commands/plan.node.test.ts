import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parsePlan } from "../../plan/csv.ts";
import { validate } from "../../plan/validate.ts";
import { runCli } from "../run-cli.fixture.ts";

/** Three buffers, of which a and b, then b and c, live at once: 192 bytes. */
const SMALL = "id,lower,upper,size\na,0,3,100\nb,1,5,64\nc,4,6,128\n";
/** D takes some seconds at least until it is proved optimal. */
const HARD = fileURLToPath(new URL("../../../test/plans/D.1048576.csv", import.meta.url));

let folder = "";
let small = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plan-"));
  small = join(folder, "small.csv");
  await writeFile(small, SMALL);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

test("it prints height, lower bound, proof and time", async () => {
  const { exitCode, stdout, stderr } = await runCli(["plan", small]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toMatch(/^problem +.*small\.csv, 3 buffers\n/);
  expect(stdout).toMatch(/^height +192 bytes$/m);
  expect(stdout).toMatch(/^lower bound +192 bytes$/m);
  expect(stdout).toMatch(/^optimal +yes, proved$/m);
  expect(stdout).toMatch(/^time +[\d.]+ m?s$/m);
  expect(stdout).not.toContain("fits");
});

test("-o writes the problem with offsets, which the validator accepts", async () => {
  const output = join(folder, "solution.csv");
  expect(await runCli(["plan", small, "-o", output])).toMatchObject({ exitCode: 0 });
  const { problem, offsets } = parsePlan(await readFile(output, "utf8"));
  expect(problem.buffers.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(validate(problem, offsets, 192)).toEqual([]);
});

test('"-" reads stdin and writes stdout; what it has to say goes to stderr then', async () => {
  const { exitCode, stdout, stderr } = await runCli(["plan", "-", "-o", "-"], { stdin: SMALL });
  expect(exitCode).toBe(0);
  expect(parsePlan(stdout).offsets).toHaveLength(3);
  expect(stderr).toMatch(/^problem +stdin, 3 buffers\n/);
});

test("--json prints everything, with offsets in the order of the file", async () => {
  const { exitCode, stdout } = await runCli(["plan", small, "--json", "--capacity", "1KiB"]);
  expect(exitCode).toBe(0);
  const answer = JSON.parse(stdout);
  expect(answer).toEqual({
    file: small,
    buffers: 3,
    capacity: 1024,
    elapsedMs: expect.any(Number),
    offsets: [expect.any(Number), expect.any(Number), expect.any(Number)],
    height: 192,
    lowerBound: 192,
    optimal: true,
    fits: true,
    infeasible: false,
    ended: "done",
    nodes: 0,
  });
});

describe("a capacity", () => {
  test("that is enough is met with exit code 0", async () => {
    const { exitCode, stdout } = await runCli(["plan", HARD, "--capacity", "1MiB"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^fits 1,048,576 +yes$/m);
    expect(stdout).toMatch(/^optimal +not proved: the search ends with the first plan that fits$/m);
  });

  test("that no plan meets is refused with the proof and exit code 1", async () => {
    const { exitCode, stdout } = await runCli(["plan", small, "--capacity", "191"]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^fits 191 +no, proved: no plan does$/m);
  });

  test("that was not met in time gives the best plan so far, and exit code 1", async () => {
    const output = join(folder, "late.csv");
    const { exitCode, stdout } = await runCli(["plan", HARD, "-c", "986112", "-t", "0", "-o", output]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^fits 986,112 +no plan found that does: the time ran out$/m);
    const { problem, offsets } = parsePlan(await readFile(output, "utf8"));
    expect(validate(problem, offsets, Infinity)).toEqual([]);
  });
});

test("Ctrl-C gives the best plan so far", async () => {
  const { exitCode, stdout } = await runCli(["plan", HARD, "--timeout", "Infinity"], { interruptAfterMs: 50 });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^optimal +not proved: it was interrupted$/m);
});

test("on a terminal a bar shows how far it is, and is taken away before the answer", async () => {
  const { stdout, stderr } = await runCli(["plan", HARD, "--timeout", "1.6"], { isTTY: true });
  expect(stderr).toMatch(/\d+% {2}[\d,]+ bytes, lower bound 986,112/);
  expect(stdout).not.toContain("%  ");
});

describe("an input that cannot be read is one line that says why, and exit code 2", () => {
  const cases: readonly (readonly [name: string, content: string | Uint8Array | null, message: RegExp])[] = [
    ["missing.csv", null, /cannot read .*missing\.csv: there is no such file\. Check the path\./],
    ["empty.csv", "", /empty\.csv: There is no header line\. Begin with "id,lower,upper,size"\./],
    ["binary.csv", Uint8Array.of(0xff, 0xfe, 0), /binary\.csv: it is no UTF-8 text\. Give a text file\./],
    ["words.csv", "id,lower,upper,size\na,0,3,big\n", /words\.csv: Line 2: size is "big"\. Give an integer\./],
    ["column.csv", "id,lower,upper\na,0,3\n", /column\.csv: Line 1: .*column "size" once/],
    ["backwards.csv", "id,lower,upper,size\na,3,0,1\n", /backwards\.csv: Line 2: .*give an upper above lower/],
  ];
  test.each(cases)("%s", async (name, content, message) => {
    const path = join(folder, name);
    if (content !== null) await writeFile(path, content);
    const { exitCode, stdout, stderr } = await runCli(["plan", path]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^tensorheap: [^\n]+\n$/);
  });

  test("a directory", async () => {
    const { exitCode, stderr } = await runCli(["plan", folder]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/: it is a directory\. Name a file\.\n$/);
  });

  test("both answers on stdout", async () => {
    const { exitCode, stderr } = await runCli(["plan", small, "--json", "-o", "-"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe("tensorheap: --json and -o - both print on stdout. Give -o a file.\n");
  });
});

test("a solution that cannot be written is one line, and exit code 1", async () => {
  const { exitCode, stderr } = await runCli(["plan", small, "-o", join(folder, "no", "solution.csv")]);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^tensorheap: cannot write .*: there is no such folder\. Make it first\.\n$/);
});

test("a plan is never written over the problem", async () => {
  const { exitCode, stderr } = await runCli(["plan", small, "-o", small]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/is the input itself/);
  expect(await readFile(small, "utf8")).toBe(SMALL);
});
