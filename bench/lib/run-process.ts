import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A process that takes longer than this is stopped and counts as failed. */
const TIMEOUT_MS = 120_000;

/**
 * Runs a program to its end, in the project's folder.
 *
 * @returns what it wrote to stdout
 * @throws {Error} with the program's last words when it failed, was killed or took too long
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(command, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
  });
  const output = collect(child.stdout);
  const errors = collect(child.stderr);
  const exit = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
  if (exit !== "exit code 0") throw new Error(`${exit}: ${lastWords(errors.text())}`);
  return output.text();
}

function collect(stream: NodeJS.ReadableStream): { text(): string } {
  const chunks: string[] = [];
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => chunks.push(chunk));
  return { text: () => chunks.join("") };
}

/** The line of a crash report that says what happened: the error's own, else the last one that is not empty. */
export function lastWords(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  return (lines.find((line) => /^(\w*Error|FATAL ERROR)\b.*:/.test(line)) ?? lines.at(-1) ?? "no output").trim();
}
