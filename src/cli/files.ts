import { readFile, stat, writeFile } from "node:fs/promises";
import { CliError } from "./cli-error.ts";
import { ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";

const CURES: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file. Check the path.",
  EISDIR: "it is a directory. Name a file.",
  EACCES: "permission denied. Check who may read and write it.",
  EPERM: "permission denied. Check who may read and write it.",
  ENOSPC: "the disk is full. Make room.",
};

/** Reads a text file, or stdin where the path is "-". @throws {CliError} with exit code 2 when it cannot be read */
export async function readText(path: string, io: Io): Promise<string> {
  try {
    if (path === "-") return await readAll(io.stdin);
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path));
  } catch (error) {
    throw new CliError(`cannot read ${nameOf(path)}: ${reasonOf(error)}`, ExitCode.USAGE, { cause: error });
  }
}

/** Writes a text file, or to stdout where the path is "-". @throws {CliError} with exit code 1 when it cannot be written */
export async function writeText(path: string, text: string, io: Io): Promise<void> {
  if (path === "-") {
    io.stdout.write(text);
    return;
  }
  try {
    await writeFile(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such folder. Make it first." : reasonOf(error);
    throw new CliError(`cannot write ${path}: ${reason}`, ExitCode.NO, { cause: error });
  }
}

/**
 * Refuses to write an output over the input, by whatever path each is named.
 *
 * @throws {CliError} with exit code 2 when they are the same file
 */
export async function refuseOverInput(input: string, output: string | undefined): Promise<void> {
  if (output === undefined || output === "-" || input === "-") return;
  const [from, to] = await Promise.all(
    [input, output].map((path) => stat(path, { bigint: true }).catch(() => undefined)),
  );
  if (from === undefined || to === undefined || !from.isFile() || from.dev !== to.dev || from.ino !== to.ino) return;
  throw new CliError(`-o ${output} is the input itself, which would be lost. Name another file.`);
}

/** What a path is called in messages. */
export function nameOf(path: string): string {
  return path === "-" ? "stdin" : path;
}

async function readAll(stdin: Io["stdin"]): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for await (const piece of stdin) text += typeof piece === "string" ? piece : decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

/** Why a file cannot be read or written, and what to do. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "it is no UTF-8 text. Give a text file.";
  return CURES[code ?? ""] ?? message;
}
