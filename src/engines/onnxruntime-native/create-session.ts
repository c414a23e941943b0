import type { IAllocator } from "../../allocator.ts";
import { defaultAllocator } from "../../allocators/default.ts";
import { isAllocator } from "../../allocators/is-allocator.ts";
import { PreallocatedAllocator } from "../../allocators/preallocated.ts";
import { EngineError, describe } from "../../errors.ts";
import { addressOf } from "../../platform/native-address.ts";
import { modelSource } from "../onnxruntime/model-source.ts";
import { withCreationLock } from "./creation-lock.ts";
import { EngineMemory } from "./engine-memory.ts";
import { NativeSession } from "./native-session.ts";
import { check, messageOf } from "./ort-api.ts";
import type { Pointer, Status } from "./ort-api.ts";
import { loadLibrary } from "./ort-library.ts";
import type { OrtLibrary } from "./ort-library.ts";
import { replayCode } from "./replay-code.ts";
import { RunBook } from "./run-book.ts";
import type { SavedRuns } from "./run-book.ts";

/** How a session is made. Every option has a default. */
export interface NativeSessionOptions {
  /** Where every tensor comes from: an allocator of host memory. Default: `defaultAllocator()`. */
  readonly allocator?: IAllocator | undefined;
  /** Threads that one node may use. Default: 0, one per core, as ONNX Runtime has it. */
  readonly threads?: number | undefined;
  /**
   * Whether the engine may rearrange weights for speed. What it rearranges is in the allocator; other weights it keeps in the
   * model as it loaded it, outside. False saves that memory, and makes runs slower. Default: true.
   */
  readonly prepack?: boolean | undefined;
  /** Whether runs that repeat are planned. Default: true. */
  readonly planned?: boolean | undefined;
  /** What `savedRuns()` of an earlier session with this model gave. Default: runs are recorded as they come. */
  readonly runs?: SavedRuns | undefined;
  /** Kinds of runs, by the shapes of the inputs, to keep a plan of. Default: 64. */
  readonly maxPlans?: number | undefined;
  /**
   * What replays a planned run: machine code where there is some for the platform (Linux on x64), or callbacks into
   * JavaScript. Default: machine code where possible.
   */
  readonly replay?: "native" | "callbacks" | undefined;
  /**
   * ONNX Runtime's own settings, by the keys of its session options. With `session.use_ort_model_bytes_directly`, the
   * session keeps the bytes of the model: do not write to them, or transfer them, before it is disposed of.
   */
  readonly config?: Readonly<Record<string, string>> | undefined;
  /** From which level on ONNX Runtime prints, 0 (all) to 4 (fatal only). Errors are thrown in any case. Default: 4. */
  readonly logLevel?: number | undefined;
  /** Whether to go on with a version of ONNX Runtime that this engine was not tested with. Default: false. */
  readonly allowUntestedVersion?: boolean | undefined;
}

const DEFAULT_MAX_PLANS = 64;
const FATAL = 4;
/** Settings that are this engine's own business. */
const OWN_CONFIG: readonly string[] = ["session.use_env_allocators", "session.disable_prepacking"];
/** Settings with which the engine reads the bytes of the model for as long as the session lives. */
const LASTING_BYTES: readonly string[] = [
  "session.use_ort_model_bytes_directly",
  "session.use_ort_model_bytes_for_initializers",
];

/**
 * Loads an ONNX model to run it with every tensor in an allocator of ours, on the library that the installed
 * onnxruntime-node brings.
 *
 * The model is loaded on this thread, at once; the promise is for symmetry with the other engines.
 *
 * @param model path, `file:` URL, or the bytes of the file
 * @throws {EngineError} when koffi or onnxruntime-node is missing, has another version or no library for this platform; when
 *   the model cannot be loaded, or no blob can hold one of its inputs or outputs; when an option makes no sense
 * @throws {OutOfMemoryError} the allocator's own, when it refused a block that the model needs. Nothing is held then
 *
 * @example
 * await using session = await createSession("model.onnx", { allocator, threads: 1 });
 * using input = createBlob({ precision: "FP32", dims: [1, 3, 224, 224] }, { allocator });
 * const outputs = session.run({ input });
 */
export async function createSession(
  model: string | URL | Uint8Array,
  options: NativeSessionOptions = {},
): Promise<NativeSession> {
  const source = modelSource(model);
  if (typeof source === "string" && source.includes("\0")) {
    throw new EngineError(
      `The path ${describe(source)} holds a NUL character, and no file has one. Give another path.`,
    );
  }
  assertOptions(options);
  const allocator = options.allocator ?? defaultAllocator();
  const book = new RunBook(options.maxPlans ?? DEFAULT_MAX_PLANS);
  if (options.runs !== undefined) book.load(options.runs);
  const library = loadLibrary(options.allowUntestedVersion ?? false);
  const code = options.replay === "callbacks" ? undefined : replayCode();
  if (code === undefined && options.replay === "native") {
    throw new EngineError(
      `There is no machine code to replay runs with on ${process.platform} ${process.arch}, or it may not be executed. ` +
        'Leave "replay" out.',
    );
  }
  const memory = new EngineMemory(library, allocator, code);
  let session: Pointer = 0;
  try {
    session = makeSession(library, memory, source, options);
    memory.endCreation();
    if (LASTING_BYTES.some((key) => Object.hasOwn(options.config ?? {}, key))) memory.keep(source);
    return new NativeSession({ library, session, memory, allocator, book, isPlanned: options.planned ?? true });
  } catch (error) {
    if (session !== 0) library.api.ReleaseSession(session);
    memory.dispose();
    throw error;
  }
}

function makeSession(
  library: OrtLibrary,
  memory: EngineMemory,
  source: string | Uint8Array,
  options: NativeSessionOptions,
): Pointer {
  const { api, env, memoryInfo, scratch } = library;
  check(api, api.CreateSessionOptions(scratch.address), "make session options");
  const settings = scratch.get(0);
  try {
    configure(library, settings, options);
    const status = withCreationLock(() => {
      check(api, api.RegisterAllocator(env, memory.address), "register an allocator");
      try {
        return create(library, source, settings);
      } finally {
        check(api, api.UnregisterAllocator(env, memoryInfo), "unregister an allocator");
      }
    });
    if (status === 0) return scratch.get(1);
    const reason = messageOf(api, status);
    const refused = memory.creationFailure();
    if (refused !== undefined) throw refused.error;
    throw new EngineError(
      `ONNX Runtime cannot load the model: ${reason} Check the path, and that it is an ONNX file.`,
      undefined,
      { cause: new Error(reason) },
    );
  } finally {
    api.ReleaseSessionOptions(settings);
  }
}

/** The session comes to the second word of the scratch. */
function create({ api, env, scratch }: OrtLibrary, source: string | Uint8Array, settings: Pointer): Status {
  const out = scratch.addressAt(1);
  if (typeof source === "string") return api.CreateSession(env, source, settings, out);
  return api.CreateSessionFromArray(env, addressOf(source), source.byteLength, settings, out);
}

function configure({ api }: OrtLibrary, settings: Pointer, options: NativeSessionOptions): void {
  const { threads = 0, prepack = true, logLevel = FATAL, config = {} } = options;
  check(api, api.DisableMemPattern(settings), "switch its memory pattern off");
  check(api, api.DisableCpuMemArena(settings), "switch its arena off");
  check(api, api.SetSessionLogSeverityLevel(settings, logLevel), "set the log level");
  check(api, api.SetIntraOpNumThreads(settings, threads), "set the number of threads");
  const own = [
    ["session.use_env_allocators", "1"],
    ["session.disable_prepacking", prepack ? "0" : "1"],
  ] as const;
  for (const [key, value] of [...own, ...Object.entries(config)]) {
    const status = api.AddSessionConfigEntry(settings, key, value);
    if (status === 0) continue;
    throw new EngineError(`ONNX Runtime refuses the setting ${describe(key)}: ${messageOf(api, status)}`);
  }
}

function assertOptions(options: NativeSessionOptions): void {
  if (typeof options !== "object" || options === null) {
    throw new EngineError(`The options of a session are { allocator, threads, … }, not ${describe(options)}.`);
  }
  const { allocator, threads = 0, maxPlans = 1, logLevel = 0, replay, config = {} } = options;
  if (allocator !== undefined && !isAllocator(allocator)) {
    throw new EngineError(`The engine needs an allocator, not ${describe(allocator)}. Give it a HeapAllocator.`);
  }
  if (allocator instanceof PreallocatedAllocator) {
    throw new EngineError(
      "A PreallocatedAllocator has one block for everybody, and the engine needs one per tensor. Give a HeapAllocator.",
    );
  }
  assertInteger("threads", threads, 0, 1024);
  assertInteger("maxPlans", maxPlans, 1, 2 ** 20);
  assertInteger("logLevel", logLevel, 0, FATAL);
  if (replay !== undefined && replay !== "native" && replay !== "callbacks") {
    throw new EngineError(`replay is "native" or "callbacks", not ${describe(replay)}. Leave it out.`);
  }
  const mode: unknown = (options as { executionMode?: unknown }).executionMode;
  if (mode !== undefined && mode !== "sequential") {
    throw new EngineError(
      `executionMode ${describe(mode)} is refused: nodes that run in parallel would call back from threads of the engine ` +
        "while this one waits for them, for ever. Leave it out; threads: n uses several cores within each node.",
    );
  }
  assertConfig(config);
}

function assertConfig(config: unknown): void {
  const prototype: unknown = typeof config === "object" && config !== null ? Object.getPrototypeOf(config) : undefined;
  if (prototype !== Object.prototype && prototype !== null) {
    throw new EngineError(`config is an object of settings, { "key": "value" }, not ${describe(config)}.`);
  }
  for (const [key, value] of Object.entries(config as object)) {
    if (typeof value !== "string") {
      throw new EngineError(`The setting ${describe(key)} must be a string, not ${describe(value)}. Put it in quotes.`);
    }
    if (!key.includes("\0") && !value.includes("\0")) continue;
    throw new EngineError(
      `The setting ${describe(key)} holds a NUL character, where ONNX Runtime would cut it. Remove it.`,
    );
  }
  for (const key of OWN_CONFIG) {
    if (!Object.hasOwn(config as object, key)) continue;
    throw new EngineError(`${key} is set by this engine itself. Leave it out; see the option prepack.`);
  }
}

function assertInteger(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw new EngineError(`${name} must be an integer from ${least} to ${most}, not ${describe(value)}.`);
}
