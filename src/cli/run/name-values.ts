import { InvalidArgumentError } from "commander";
import type { GivenInput } from "./run-task.ts";

/** "name=value", the name being all up to the last "=". */
function split(text: string, what: string): [name: string, value: string] {
  const at = text.lastIndexOf("=");
  if (at <= 0 || at === text.length - 1) throw new InvalidArgumentError(`Give ${what}.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** "x=1x3x640x640", collected by name; "x=scalar" has none. For commander. @throws {InvalidArgumentError} */
export function collectShape(
  text: string,
  before: Readonly<Record<string, readonly number[]>> = {},
): Record<string, readonly number[]> {
  const cure = "name=dims, such as x=1x3x640x640, or x=scalar";
  const [name, value] = split(text, cure);
  if (value === "scalar") return added(before, name, []);
  if (!/^\d+([x,×]\d+)*$/.test(value)) throw new InvalidArgumentError(`Give ${cure}.`);
  const dims = value.split(/[x,×]/).map(Number);
  if (!dims.every(Number.isSafeInteger)) throw new InvalidArgumentError(`Give ${cure}, in dims below 2^53.`);
  return added(before, name, dims);
}

/** "x=photo.npy" and "sr=16000", collected by name. For commander. @throws {InvalidArgumentError} */
export function collectInput(
  text: string,
  before: Readonly<Record<string, GivenInput>> = {},
): Record<string, GivenInput> {
  const [name, value] = split(text, "name=file.npy, or name=number to fill it with that");
  const number = Number(value);
  if (!Number.isNaN(number) && value.trim() !== "") return added(before, name, { number });
  return added(before, name, { file: value });
}

/** Also where a name is "__proto__". */
function added<T>(before: Readonly<Record<string, T>>, name: string, value: T): Record<string, T> {
  return Object.fromEntries([...Object.entries(before).filter(([key]) => key !== name), [name, value]]);
}
