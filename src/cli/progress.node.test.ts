import { expect, test } from "vitest";
import { Progress } from "./progress.ts";

function stream(isTTY: boolean): { isTTY: boolean; columns: number; text: string; write(text: string): void } {
  return {
    isTTY,
    columns: 80,
    text: "",
    write(text: string): void {
      this.text += text;
    },
  };
}

test("work of less than a second shows nothing", () => {
  const terminal = stream(true);
  let now = 0;
  const progress = new Progress(terminal, 10, () => now);
  now = 999;
  progress.update(5, "half");
  progress.stop();
  expect(terminal.text).toBe("");
});

test("longer work shows a bar on a terminal, and takes it away at the end", () => {
  const terminal = stream(true);
  let now = 0;
  const progress = new Progress(terminal, 10, () => now);
  now = 1000;
  progress.update(5, "half of it");
  expect(terminal.text).toMatch(/#{12}-{12} 50% {2}half of it/);
  progress.update(99, "more than all");
  progress.stop();
  expect(terminal.text).toMatch(/100% {2}more than all/);
  // Cleared: to the first column, erase the line.
  expect(terminal.text.endsWith("\u001B[1G\u001B[2K")).toBe(true);
});

test("a pipe gets nothing however long it takes", () => {
  const pipe = stream(false);
  let now = 0;
  const progress = new Progress(pipe, 10, () => now);
  now = 100_000;
  progress.update(5, "half");
  progress.stop();
  expect(pipe.text).toBe("");
});
