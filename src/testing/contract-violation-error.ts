import { TensorHeapError } from "../errors.ts";

/**
 * An allocator under test broke its contract.
 * `actual` and `expected` are fields, since test runners print the difference of the two from there.
 */
export class ContractViolationError extends TensorHeapError {
  readonly code = "ERR_CONTRACT_VIOLATION";
  readonly actual: unknown;
  readonly expected: unknown;

  constructor(message: string, actual: unknown, expected: unknown, options?: ErrorOptions) {
    super(message, options);
    this.actual = actual;
    this.expected = expected;
  }
}
