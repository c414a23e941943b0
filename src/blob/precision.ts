import { DescError, describe } from "../errors.ts";
import { exact } from "./integers.ts";
import { suggest } from "./near-names.ts";

/** The precisions of OpenVINO. `CUSTOM` is made with {@link Precision.custom}. */
export type PrecisionName =
  | "UNSPECIFIED"
  | "MIXED"
  | "FP32"
  | "FP16"
  | "BF16"
  | "FP64"
  | "NF4"
  | "Q78"
  | "I16"
  | "U4"
  | "U8"
  | "BOOL"
  | "I4"
  | "I8"
  | "U16"
  | "I32"
  | "BIN"
  | "I64"
  | "U64"
  | "U32"
  | "CUSTOM";

/** Wherever a precision is taken, its name is too. */
export type PrecisionLike<N extends PrecisionName = PrecisionName> = N | Precision<N>;

const CUSTOM_VALUE = 80;
const FLOATS: ReadonlySet<PrecisionName> = new Set<PrecisionName>(["FP64", "FP32", "FP16", "BF16"]);
const UNSIGNED: ReadonlySet<PrecisionName> = new Set<PrecisionName>(["U4", "U8", "U16", "U32", "U64", "BOOL"]);

/**
 * What the elements of a tensor are: a name, OpenVINO's number for it, and how many bits one takes. Immutable.
 *
 * There is one object for each name (`Precision.FP32`); custom precisions are compared with {@link equals}.
 */
export class Precision<N extends PrecisionName = PrecisionName> {
  static readonly #byName: Map<unknown, Precision> = new Map();

  static readonly UNSPECIFIED: Precision<"UNSPECIFIED"> = Precision.#known("UNSPECIFIED", 255, 0);
  static readonly MIXED: Precision<"MIXED"> = Precision.#known("MIXED", 0, 0);
  static readonly FP32: Precision<"FP32"> = Precision.#known("FP32", 10, 32);
  static readonly FP16: Precision<"FP16"> = Precision.#known("FP16", 11, 16);
  static readonly BF16: Precision<"BF16"> = Precision.#known("BF16", 12, 16);
  static readonly FP64: Precision<"FP64"> = Precision.#known("FP64", 13, 64);
  static readonly NF4: Precision<"NF4"> = Precision.#known("NF4", 14, 4);
  static readonly Q78: Precision<"Q78"> = Precision.#known("Q78", 20, 16);
  static readonly I16: Precision<"I16"> = Precision.#known("I16", 30, 16);
  static readonly U4: Precision<"U4"> = Precision.#known("U4", 39, 4);
  static readonly U8: Precision<"U8"> = Precision.#known("U8", 40, 8);
  static readonly BOOL: Precision<"BOOL"> = Precision.#known("BOOL", 41, 8);
  static readonly I4: Precision<"I4"> = Precision.#known("I4", 49, 4);
  static readonly I8: Precision<"I8"> = Precision.#known("I8", 50, 8);
  static readonly U16: Precision<"U16"> = Precision.#known("U16", 60, 16);
  static readonly I32: Precision<"I32"> = Precision.#known("I32", 70, 32);
  static readonly BIN: Precision<"BIN"> = Precision.#known("BIN", 71, 1);
  static readonly I64: Precision<"I64"> = Precision.#known("I64", 72, 64);
  static readonly U64: Precision<"U64"> = Precision.#known("U64", 73, 64);
  static readonly U32: Precision<"U32"> = Precision.#known("U32", 74, 32);

  /** Which of the names it is: `CUSTOM` for every custom precision. */
  readonly kind: N;
  /** `kind`, or what a custom precision was called. */
  readonly name: string;
  /** OpenVINO's number for `kind`. */
  readonly value: number;
  /** Bits of one element; 0 for MIXED and UNSPECIFIED, which have no size. */
  readonly bits: number;

  private constructor(kind: N, value: number, bits: number, name: string) {
    this.kind = kind;
    this.name = name;
    this.value = value;
    this.bits = bits;
    Object.freeze(this);
  }

  /**
   * The precision of a name; a precision is returned as it is.
   *
   * @throws {DescError} for anything else, with the names that are near
   */
  static of<N extends PrecisionName>(like: PrecisionLike<N>): Precision<N> {
    if (like instanceof Precision) return like;
    const found = Precision.#byName.get(like);
    if (found !== undefined) return found as Precision<N>;
    if ((like as unknown) === "CUSTOM") {
      throw new DescError("CUSTOM alone does not say how many bits an element has. Use Precision.custom(bits).");
    }
    const cure = suggest(typeof like === "string" ? like : "", [...Precision.#byName.keys()] as string[]);
    throw new DescError(`${describe(like)} is no precision. ${cure}`);
  }

  /**
   * A precision of one's own. Its data are mapped as bytes.
   *
   * @param bits of one element, an integer ≥ 1
   * @throws {DescError} for any other number of bits
   */
  static custom(bits: number, name = "CUSTOM"): Precision<"CUSTOM"> {
    if (Number.isSafeInteger(bits) && bits > 0) return new Precision("CUSTOM", CUSTOM_VALUE, bits, name);
    throw new DescError(`A custom precision has an integer number of bits from 1, not ${describe(bits)}.`);
  }

  static #known<N extends PrecisionName>(name: N, value: number, bits: number): Precision<N> {
    const precision = new Precision(name, value, bits, name);
    Precision.#byName.set(name, precision);
    return precision;
  }

  /** FP64, FP32, FP16 or BF16. */
  get isFloat(): boolean {
    return FLOATS.has(this.kind);
  }

  /** All but U4, U8, U16, U32, U64 and BOOL, as OpenVINO has it. */
  get isSigned(): boolean {
    return !UNSIGNED.has(this.kind);
  }

  /** Bytes of one element: its bits rounded up. @throws {DescError} for MIXED and UNSPECIFIED */
  get elementSize(): number {
    return this.byteSizeOf(1);
  }

  /**
   * Bytes of that many elements: their bits rounded up once, so that elements smaller than a byte pack.
   *
   * @throws {DescError} for MIXED and UNSPECIFIED, or above 2^53 - 1
   */
  byteSizeOf(elements: number): number {
    const bits = this.bits;
    if (bits === 0) {
      throw new DescError(`${this.name} has no element size. Give the tensor the precision of its elements.`);
    }
    // Eight elements have as many bytes as one has bits; so no product is larger than the result needs.
    const rest = elements % 8;
    const bytes = ((elements - rest) / 8) * bits + Math.ceil((rest * bits) / 8);
    return exact(`The byte size at ${bits} bits per element`, [elements], bytes);
  }

  /** Whether it has the same name, value and bits. */
  equals(other: PrecisionLike): boolean {
    const { name, value, bits } = Precision.of(other);
    return this.name === name && this.value === value && this.bits === bits;
  }

  toString(): string {
    return this.name;
  }
}
