/**
 * Releases all of them, also when some throw.
 *
 * @throws what the first one threw that did
 */
export function releaseAll(held: Iterable<{ release(): unknown }>): void {
  let failure: { readonly error: unknown } | undefined;
  for (const each of held) {
    try {
      each.release();
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}
