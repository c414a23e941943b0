/** Versions of ONNX Runtime that the tests of this engine ran with, as major.minor. */
export const TESTED_VERSIONS: readonly string[] = ["1.30"];

/** What to install: the newest of them, since npm would give one that is refused as soon as there is a newer one. */
export const TESTED_PACKAGE: string = `onnxruntime-node@${TESTED_VERSIONS.at(-1)}`;
