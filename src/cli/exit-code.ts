/** What the process ends with. Scripts rely on these. */
export const ExitCode = {
  /** Done, and the answer is yes where there is one. */
  OK: 0,
  /** The answer is no (it does not fit, it is not valid), or the work failed. */
  NO: 1,
  /** Wrong usage, or an input that cannot be read. Nothing was done. */
  USAGE: 2,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** For `--help`. */
export const EXIT_CODES_HELP: string = `\
Exit codes:
  0  done; the answer is yes, where there is one
  1  the answer is no, or the work failed
  2  wrong usage, or an input that cannot be read`;
