/**
 * Problems and plans as CSV: a header line that names the columns, in any order, then a line per buffer. A field may be
 * quoted, with quotes in it doubled; blanks around one that is not are dropped. Lines end in LF or CRLF, and empty ones are
 * skipped.
 */
import { describe } from "../errors.ts";
import { PlanError } from "./plan-error.ts";
import { readProblem } from "./problem.ts";
import type { PlanBuffer, PlanProblem } from "./problem.ts";

const COLUMNS = ["id", "lower", "upper", "size"] as const;

interface Row {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Reads a problem: columns `id`, `lower`, `upper`, `size`. A column `offset` is passed over, so that a plan is a problem, too.
 * Ids are kept as strings.
 *
 * @throws {PlanError} with the number of the first line that makes no sense
 */
export function parseProblem(csv: string): PlanProblem {
  return parse(csv, false).problem;
}

/**
 * Reads a plan: a problem with the column `offset`. The offsets are integers; whether they are right is for
 * `validate` to say.
 *
 * @throws {PlanError} with the number of the first line that makes no sense
 */
export function parsePlan(csv: string): { readonly problem: PlanProblem; readonly offsets: number[] } {
  return parse(csv, true);
}

/** Writes a problem, ends with a line feed. @throws {PlanError} when it makes no sense */
export function formatProblem(problem: PlanProblem): string {
  readProblem(problem);
  const lines = problem.buffers.map(({ id, lower, upper, size }) => `${quote(id)},${lower},${upper},${size}\n`);
  return `id,lower,upper,size\n${lines.join("")}`;
}

/** Writes a problem with the offset of each buffer, ends with a line feed. @throws {PlanError} when it makes no sense */
export function formatPlan(problem: PlanProblem, offsets: ArrayLike<number>): string {
  const { count } = readProblem(problem);
  if (offsets.length !== count) {
    throw new PlanError(`There are ${offsets.length} offsets for ${count} buffers. Give one for each, in their order.`);
  }
  const lines = problem.buffers.map(
    ({ id, lower, upper, size }, index) => `${quote(id)},${lower},${upper},${size},${offsets[index]}\n`,
  );
  return `id,lower,upper,size,offset\n${lines.join("")}`;
}

function parse(csv: string, withOffsets: boolean): { problem: PlanProblem; offsets: number[] } {
  const [header, ...rows] = readRows(csv);
  const wanted = withOffsets ? [...COLUMNS, "offset"] : COLUMNS;
  if (header === undefined) throw new PlanError(`There is no header line. Begin with "${wanted.join(",")}".`);
  const names = header.fields.map((field) => field.trim().toLowerCase());
  for (const name of wanted) {
    if (names.filter((other) => other === name).length === 1) continue;
    const message = `Line ${header.line}: the header ${describe(names.join(","))} must have the column "${name}" once.`;
    throw new PlanError(message, { line: header.line });
  }
  for (const name of names) {
    if (name === "offset" || COLUMNS.some((column) => column === name)) continue;
    const message = `Line ${header.line}: the column ${describe(name)} is not known. Leave it out.`;
    throw new PlanError(message, { line: header.line });
  }
  const column = Object.fromEntries(names.map((name, index) => [name, index]));
  const buffers: PlanBuffer[] = [];
  const offsets: number[] = [];
  for (const { line, fields } of rows) {
    if (fields.length !== names.length) {
      const message = `Line ${line} has ${fields.length} fields, the header ${names.length}. Give one for each column.`;
      throw new PlanError(message, { line });
    }
    const integer = (name: string): number => readInteger(fields[column[name]!]!, name, line);
    buffers.push({
      id: fields[column["id"]!]!,
      lower: integer("lower"),
      upper: integer("upper"),
      size: integer("size"),
    });
    if (withOffsets) offsets.push(integer("offset"));
  }
  const problem = { buffers };
  try {
    readProblem(problem);
  } catch (error) {
    if (!(error instanceof PlanError) || error.index === undefined) throw error;
    const { line } = rows[error.index]!;
    throw new PlanError(`Line ${line}: ${error.message}`, { index: error.index, line });
  }
  return { problem, offsets };
}

function readInteger(field: string, name: string, line: number): number {
  const text = field.trim();
  if (!/^[+-]?\d+$/.test(text)) {
    throw new PlanError(`Line ${line}: ${name} is ${describe(text)}. Give an integer.`, { line });
  }
  return Number(text);
}

function readRows(csv: string): Row[] {
  if (typeof csv !== "string") throw new PlanError(`CSV is a string, not ${describe(csv)}. Decode it first.`);
  const rows: Row[] = [];
  for (const [index, text] of csv
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (text.trim() !== "") rows.push({ line: index + 1, fields: readFields(text, index + 1) });
  }
  return rows;
}

function readFields(text: string, line: number): string[] {
  const fields: string[] = [];
  const field = /\s*"((?:[^"]|"")*)"\s*(,|$)|([^",]*)(,|$)/y;
  for (;;) {
    const match = field.exec(text);
    if (match === null) {
      const message = `Line ${line}: there is a quote inside a field. Quote the whole field, and double the quotes in it.`;
      throw new PlanError(message, { line });
    }
    fields.push(match[1]?.replaceAll('""', '"') ?? match[3]!.trim());
    if ((match[2] ?? match[4]) === "") return fields;
  }
}

function quote(id: string | number): string {
  const text = String(id);
  if (/[\r\n]/.test(text)) throw new PlanError(`The id ${describe(text)} has a line break. Give it another.`);
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
