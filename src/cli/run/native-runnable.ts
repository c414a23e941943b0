import type { TBlob } from "../../blob/tblob.ts";
import type { NativeSession } from "../../engines/onnxruntime-native/native-session.ts";
import { digestOutputs } from "./digest-outputs.ts";
import type { RunOutputs, Runnable } from "./runnable.ts";

/** A model whose tensors are in our heap. */
export class NativeRunnable implements Runnable {
  readonly #session: NativeSession;
  readonly #inputs: Readonly<Record<string, TBlob>>;
  #outputs: Readonly<Record<string, TBlob>> = {};

  constructor(session: NativeSession, inputs: Readonly<Record<string, TBlob>>) {
    this.#session = session;
    this.#inputs = inputs;
  }

  run(): void {
    this.#outputs = this.#session.run(this.#inputs);
  }

  read(): RunOutputs {
    const maps = this.#session.outputNames.map((name) => ({ name, map: this.#outputs[name]!.rmap() }));
    try {
      return digestOutputs(
        maps.map(({ name, map }) => {
          const { precision, dims, byteSize } = this.#outputs[name]!.desc;
          return { facts: { name, precision: precision.kind, dims, byteSize }, bytes: map.bytes };
        }),
      );
    } finally {
      for (const { map } of maps) map.dispose();
    }
  }

  release(): void {
    for (const name of this.#session.outputNames) this.#outputs[name]!.deallocate();
    this.#outputs = {};
  }
}
