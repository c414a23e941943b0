/** Text from a trace as a terminal may show it: control characters could move the cursor, colour the screen or turn text round. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "�");
}
