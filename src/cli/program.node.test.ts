import { describe, expect, test } from "vitest";
import { runCli } from "./run-cli.fixture.ts";
import { SUBCOMMANDS } from "./subcommands.ts";

const COMMANDS = SUBCOMMANDS.map(({ name }) => name);

test("without a command it prints the help on stderr, as wrong usage", async () => {
  const { exitCode, stdout, stderr } = await runCli([]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("Usage: tensorheap");
});

test("--help names every command and the exit codes", async () => {
  const { exitCode, stdout, stderr } = await runCli(["--help"]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  expect(stdout).toContain("Exit codes:\n  0 ");
});

test("--version prints the version of package.json", async () => {
  expect(await runCli(["--version"])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});

describe.each(COMMANDS)("%s", (command) => {
  test.each([[[command, "--help"]], [["help", command]]])("%j shows examples and exit codes", async (args) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain(`Examples:\n  tensorheap ${command}`);
    expect(stdout).toContain("Exit codes:\n  0 ");
  });
});

describe("wrong usage is one line on stderr that says what to do, and exit code 2", () => {
  test.each([
    [["pln"], /unknown command 'pln' \(Did you mean plan\?\)/],
    [["plan"], /missing required argument 'problem.csv'/],
    [["plan", "a.csv", "b.csv"], /too many arguments/],
    [["plan", "a.csv", "--jsn"], /unknown option '--jsn' \(Did you mean --json\?\)/],
    [["plan", "a.csv", "--capacity"], /argument missing/],
    [["plan", "a.csv", "--capacity", "much"], /'much' is invalid. Give whole bytes/],
    [["plan", "a.csv", "--timeout", "-1"], /'-1' is invalid. Give 0 or more seconds/],
    [["info", "extra"], /too many arguments/],
    [["--nope"], /unknown option '--nope'/],
  ])("%j", async (args, message) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^tensorheap: [^\n]+ See: tensorheap --help\n$/);
  });
});
