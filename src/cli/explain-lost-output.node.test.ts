import { expect, test } from "vitest";
import { explainLostOutput } from "./explain-lost-output.ts";

function explained(code: string): { readonly exitCode: number | undefined; readonly stderr: string } {
  let stderr = "";
  const error = Object.assign(new Error(`${code}: from the system`), { code });
  const exitCode = explainLostOutput(error, { stderr: { write: (text) => (stderr += text) } });
  return { exitCode, stderr };
}

test("a reader that has had enough is no failure", () => {
  expect(explained("EPIPE")).toEqual({ exitCode: undefined, stderr: "" });
});

test("what cannot be written is one line that says why, and exit code 1", () => {
  const full = "tensorheap: cannot write stdout: the disk is full. Make room.\n";
  expect(explained("ENOSPC")).toEqual({ exitCode: 1, stderr: full });
  expect(explained("EIO").stderr).toBe("tensorheap: cannot write stdout: EIO: from the system\n");
});
