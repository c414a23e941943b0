import { nodeModule } from "../../platform/node-module.ts";

/** What runs when the process ends by itself, by `process.exit` or by an uncaught error. One listener serves all. */
const tasks = new Set<() => void>();
let isListening = false;

/** Runs `task` synchronously at the end of the process; where the runtime has no such moment, never. */
export function runAtExit(task: () => void): void {
  tasks.add(task);
  if (isListening) return;
  isListening = true;
  nodeModule("node:process")?.on("exit", () => {
    for (const each of tasks) each();
  });
}

/** Takes the task back. */
export function forgetAtExit(task: () => void): void {
  tasks.delete(task);
}
