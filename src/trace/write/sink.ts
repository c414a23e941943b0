/** Where the bytes of a trace go. */
export interface TraceSink {
  /** Whether what was written is with the operating system at once, and not with a stream. */
  readonly isSync: boolean;
  /**
   * Takes bytes, in order; they are the caller's again when it returns.
   *
   * @returns how many it took: all, or fewer before a failure that the next call throws
   * @throws {TraceError} when it took none
   */
  write(bytes: Uint8Array): number;
  /** Tries again to pass on what it took and kept, where it does so. @throws {TraceError} when it cannot */
  retry?(): void;
  /** Settles when everything written so far was taken by the target. */
  drained(): Promise<void>;
  /** Ends the target. Nothing is written after it. Of a synchronous sink, it is done when the call returns. */
  close(): Promise<void>;
}
