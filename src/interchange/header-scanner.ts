import { describe } from "../errors.ts";
import { MAX_RANK } from "./extent.ts";
import { FormatError } from "./format-error.ts";
import type { FileFormat } from "./format-error.ts";

/** How much of the text an error message shows. */
const SHOWN = 24;

/**
 * Reads the text of a header from left to right, token by token. The two parsers on top of it know the only form that
 * their header can have: neither recurses, so no nesting is too deep, and neither builds anything the form has no place for.
 *
 * Every failure is a {@link FormatError} with the place and what stands there.
 */
export class HeaderScanner {
  readonly #format: FileFormat;
  readonly #text: string;
  #position = 0;

  constructor(format: FileFormat, text: string) {
    this.#format = format;
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  get position(): number {
    return this.#position;
  }

  /** The character to be read next, `""` at the end. */
  get next(): string {
    return this.#text.charAt(this.#position);
  }

  /** Goes on behind blanks. JSON's and, inside brackets, Python's are the same. */
  skipBlanks(): void {
    while (this.next !== "" && " \t\n\r".includes(this.next)) this.#position++;
  }

  /** Takes a token if it is there, and the blanks before it in any case. */
  takes(token: string): boolean {
    this.skipBlanks();
    if (!this.#text.startsWith(token, this.#position)) return false;
    this.#position += token.length;
    return true;
  }

  /** Takes a token that must be there. */
  take(token: string): void {
    if (!this.takes(token)) throw this.unexpected(`"${token}"`);
  }

  /** Takes everything before `end`, a place behind this one. */
  takeUntil(end: number): string {
    const taken = this.#text.slice(this.#position, end);
    this.#position = end;
    return taken;
  }

  /** Takes an integer from 0 to 2^53 - 1 in plain digits: no sign, fraction, exponent or leading zero. */
  takeInteger(): number {
    this.skipBlanks();
    let end = this.#position;
    while (isDigit(this.#text.charCodeAt(end))) end++;
    const digits = this.#text.slice(this.#position, Math.min(end, this.#position + 17));
    const value = Number(digits);
    const isPlain = digits !== "" && (digits === "0" || !digits.startsWith("0"));
    if (!isPlain || !Number.isSafeInteger(value) || ".eE_".includes(this.#text.charAt(end) || " ")) {
      throw this.unexpected("an integer from 0 to 2^53 - 1");
    }
    this.#position = end;
    return value;
  }

  /** Takes integers up to a closing bracket that end a list, the opening one taken before. */
  takeIntegers(close: string, afterEach: () => void = () => {}, mayTrail = false): number[] {
    const list: number[] = [];
    while (!this.takes(close)) {
      if (list.length > 0) {
        this.take(",");
        if (mayTrail && this.takes(close)) break;
      }
      if (list.length === MAX_RANK) throw this.unexpected(`the end of a list of at most ${MAX_RANK} integers`);
      list.push(this.takeInteger());
      afterEach();
    }
    return list;
  }

  /** Makes sure that only blanks are left. */
  takeEnd(): void {
    this.skipBlanks();
    if (this.next !== "") throw this.unexpected("only blanks behind the header's closing brace");
  }

  /** The error for what stands here, or at another place. */
  unexpected(expected: string, position: number = this.#position): FormatError {
    const rest = this.#text.slice(position, position + SHOWN);
    const found = rest === "" ? "its end" : describe(rest);
    return new FormatError(
      this.#format,
      `the header has ${found} at character ${position}, where ${expected} must be. Check that the file is whole, and write it again.`,
    );
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
