import type { Io } from "./io.ts";
import { runProgram } from "./program.ts";

/** What a call of the command came to. */
export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliWorld {
  readonly stdin?: string | Uint8Array;
  /** stderr is a terminal. */
  readonly isTTY?: boolean;
  /** What stdout is, where it is a terminal. */
  readonly terminal?: { readonly columns: number; readonly hasColors: boolean };
  /** Milliseconds after which Ctrl-C is pressed. */
  readonly interruptAfterMs?: number;
}

/** Runs the command inside this process, with streams that only remember. */
export async function runCli(args: readonly string[], world: CliWorld = {}): Promise<CliResult> {
  const { stdin = "", isTTY = false, terminal, interruptAfterMs } = world;
  let stdout = "";
  let stderr = "";
  const io: Io = {
    stdin: [Buffer.from(stdin as string)] as unknown as AsyncIterable<Uint8Array>,
    stdout: {
      write: (text) => (stdout += text),
      ...(terminal && { isTTY: true, columns: terminal.columns, hasColors: () => terminal.hasColors }),
    },
    stderr: { isTTY, columns: 100, write: (text) => (stderr += text) },
    onInterrupt(callback) {
      const timer = interruptAfterMs === undefined ? undefined : setTimeout(callback, interruptAfterMs);
      return () => {
        clearTimeout(timer);
      };
    },
  };
  const exitCode = await runProgram(args, io);
  return { exitCode, stdout, stderr };
}
