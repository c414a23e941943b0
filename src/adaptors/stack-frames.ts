/** The frames of a stack as text, and which of them are this package's own. */

/** One line of a stack. */
export class StackFrame {
  /** As the runtime names it, such as `TBlob.allocate`; empty where it has no name. */
  readonly functionName: string;
  /** A path or URL, without `file://` and without a query. */
  readonly file: string;
  readonly line: number;
  readonly column: number;

  constructor(functionName: string, file: string, line: number, column: number) {
    this.functionName = functionName;
    this.file = file;
    this.line = line;
    this.column = column;
  }

  /** `file:line:column` */
  get location(): string {
    return `${this.file}:${this.line}:${this.column}`;
  }

  /** Whether it is the runtime's own code. */
  get isRuntime(): boolean {
    return this.file.startsWith("node:") || this.file.startsWith("internal/") || this.file.startsWith("native ");
  }

  /** Whether its function has the name of one of this package's: all there is to go by in a bundle of everything. */
  get isNamedLikePackage(): boolean {
    return /^(?:async )?(?:new )?_?(?:\w+(?:Adaptor|Allocator)|T?Blob|MemoryBlob|Block|createBlob|#allocate)\b/.test(
      this.functionName,
    );
  }

  toString(): string {
    return this.functionName === "" ? this.location : `${this.functionName} (${this.location})`;
  }
}

/** `at name (file:1:2)` and `at file:1:2` of V8; `name@file:1:2` of the others. */
const V8_FRAME = /^\s*at (?:(.*?) \()?((?:.*?):(\d+):(\d+))\)?$/;
const OTHER_FRAME = /^([^@]*)@(.*?):(\d+):(\d+)$/;

/** The frames of a stack, innermost first. Lines that are none, such as an error's message, are left out. */
export function parseFrames(stack: string): StackFrame[] {
  const frames: StackFrame[] = [];
  for (const line of stack.split("\n")) {
    const v8 = V8_FRAME.exec(line);
    const match = v8 ?? OTHER_FRAME.exec(line);
    if (match === null) continue;
    const [, name = "", place = "", row, column] = match;
    const file = v8 === null ? place : place.replace(/:\d+:\d+$/, "");
    const functionName = name.trim().replace(/^(?:async )?<anonymous>$/, "");
    frames.push(new StackFrame(functionName, fileOf(file), Number(row), Number(column)));
  }
  return frames;
}

/** Whether the frame is this package's own, be it run from its sources, from what was built of them, or through Vite. */
export function isPackageFrame(frame: StackFrame): boolean {
  const file = slashed(frame.file);
  if (INSTALLED.test(file)) return true;
  packageRoot ??= ownRoot() ?? "";
  if (packageRoot === "" || !file.startsWith(packageRoot)) return false;
  return SOURCE_OR_BUILT.test(file.slice(packageRoot.length)) && !TEST.test(file);
}

const INSTALLED = /\/node_modules\/(?:tensorheap\/|\.vite\/deps\/(?:tensorheap[._]|chunk-))/;
const SOURCE_OR_BUILT = /^\/(?:src|dist)\//;
const TEST = /\.(?:test|fixture)\.\w+$/;
const OWN_FILE = /^(.*)\/(?:src\/adaptors\/[\w-]+\.ts|dist\/(?:[\w-]+\/)*[\w.-]+\.m?js)$/;

/** See {@link ownRoot}; empty where there is none, undefined before it was looked for. */
let packageRoot: string | undefined;

/**
 * The folder that `src/` and `dist/` are in, by the file that this very function is in: a source file, or one of the
 * built package, whatever the bundler called it.
 */
function ownRoot(): string | undefined {
  const own = parseFrames(new Error("own file").stack ?? "").find((frame) => !frame.isRuntime);
  return OWN_FILE.exec(slashed(own?.file ?? ""))?.[1];
}

function slashed(path: string): string {
  return path.replaceAll("\\", "/");
}

function fileOf(place: string): string {
  const url = place.replace(/^async /, "").replace(/[?#].*$/, "");
  if (!url.startsWith("file://")) return url;
  const file = url.slice("file://".length);
  try {
    return decodeURIComponent(file);
  } catch {
    return file;
  }
}
