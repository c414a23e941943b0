import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { CliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { GO } from "./run-task.ts";
import type { RunResult, RunTask, TraceFacts, WorkerMessage } from "./run-task.ts";

/** Of what a process wrote to stderr, so much is kept for the error. */
const MOST_LAST_WORDS = 4096;

/** What is heard of a process. */
export interface WorkerEvents {
  readonly onProgress: (share: number, text: string) => void;
  /** Resolves when it may go on. */
  readonly onTurn: () => Promise<void>;
}

/**
 * Does a task in a process of its own, which is this command again.
 *
 * @throws {CliError} with what the process said, or how it ended when it said nothing
 */
export async function startWorker(
  task: RunTask,
  { onProgress, onTurn }: WorkerEvents,
): Promise<RunResult | TraceFacts> {
  const { main, execArgv } = ownEntry();
  const env = { ...process.env, NODE_PATH: nodePath() };
  const child = fork(main, ["run", task.model, "--worker"], {
    execArgv,
    env,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const letGoOn = async (): Promise<void> => {
    await onTurn();
    // It may have been killed meanwhile: "close" says so.
    if (child.connected) child.send(GO, () => undefined);
  };
  let lastWords = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-MOST_LAST_WORDS);
  });
  const answer = await new Promise<WorkerMessage | string>((resolve, reject) => {
    let message: WorkerMessage | undefined;
    child.on("message", (received) => {
      const next = received as WorkerMessage;
      if (next.kind === "progress") onProgress(next.share, next.text);
      else if (next.kind === "turn") void letGoOn();
      else message = next;
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve(message ?? (signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    child.send(task, (error) => {
      // It ended before it could listen: "close" says how.
      if (error !== null) lastWords ||= error.message;
    });
  });
  if (typeof answer === "string") {
    const words = lastWords.trim().split("\n").at(-1) ?? "";
    throw new CliError(
      `the process of the model ended with ${answer}${words === "" ? "" : `: ${words}`}. Please report this.`,
      ExitCode.NO,
    );
  }
  if (answer.kind === "done") return answer.result;
  const { message, exitCode } = answer as Extract<WorkerMessage, { kind: "failed" }>;
  if (exitCode === null) throw new Error(message);
  throw new CliError(message, exitCode);
}

/** This command's program: the one that package.json names, and in a checkout, where this file is TypeScript, its source. */
function ownEntry(): { readonly main: string; readonly execArgv: string[] } {
  if (!import.meta.url.endsWith(".ts")) {
    // From dist/cli and dist/chunks alike.
    return { main: fileURLToPath(new URL("../cli/main.js", import.meta.url)), execArgv: [] };
  }
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return { main: fileURLToPath(new URL("../main.ts", import.meta.url)), execArgv: ["--import", loader] };
}

/** So that koffi and onnxruntime-node of the project here are found also where tensorheap is installed elsewhere. */
function nodePath(): string {
  const folders = [process.env["NODE_PATH"] ?? ""];
  for (let folder = resolve("."); ; folder = dirname(folder)) {
    folders.push(join(folder, "node_modules"));
    if (folder === dirname(folder)) break;
  }
  return folders.filter((folder) => folder !== "").join(delimiter);
}
