import { BlobError } from "../../errors.ts";

/** The values to convert, once it is sure that the results fit. @throws {BlobError} when they do not */
export function resultArray(
  operation: string,
  values: ArrayLike<unknown>,
  target: ArrayLike<unknown>,
  needed: number = values.length,
): ArrayLike<unknown> {
  if (target.length >= needed) return values;
  throw new BlobError(
    `${operation}: the target has ${target.length} entries, but the results are ${needed}. Bring a longer one, or none.`,
  );
}
