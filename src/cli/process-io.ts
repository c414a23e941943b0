import type { Io } from "./io.ts";

/** The streams and signals of this process. */
export const processIo: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onInterrupt(callback: () => void): () => void {
    process.once("SIGINT", callback);
    return () => {
      process.off("SIGINT", callback);
    };
  },
};
