/** What of a stream the command needs: it writes text, and asks whether a person is watching. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Of a terminal: whether it shows colours, and the user wants them (`NO_COLOR`, `TERM`). */
  hasColors?(): boolean;
}

/** Everything between the command and the world, so that tests can stand in for it. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array | string>;
  /** The answer, and nothing else: it may be piped into a file or another program. */
  readonly stdout: Sink;
  /** Errors and progress. */
  readonly stderr: Sink;
  /**
   * Calls back at the first Ctrl-C, in place of ending the process; the next one ends it.
   *
   * @returns takes the callback back
   */
  onInterrupt(callback: () => void): () => void;
}
