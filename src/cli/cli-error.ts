import { TensorHeapError } from "../errors.ts";
import { ExitCode } from "./exit-code.ts";

/** Something that the user can mend. Its message is the one line that is printed, and ends with the cure. */
export class CliError extends TensorHeapError {
  readonly code = "ERR_CLI";
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = ExitCode.USAGE, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
