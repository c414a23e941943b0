/**
 * Releases all of them, also when some throw.
 *
 * @throws what the first one threw that did
 */
export function releaseAll<T>(held: Iterable<T>, release: (each: T) => unknown): void {
  let failure: { readonly error: unknown } | undefined;
  for (const each of held) {
    try {
      release(each);
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}

/** {@link releaseAll} where another error is on its way already: what is thrown here is lost. */
export function releaseQuietly<T>(held: Iterable<T>, release: (each: T) => unknown): void {
  try {
    releaseAll(held, release);
  } catch {
    // The caller throws the error that came first.
  }
}
