import type { OnnxTensorInfo } from "../../engines/onnxruntime/tensor-info.ts";
import type { InputFacts } from "./run-task.ts";

/** What is known of the inputs by now. */
export interface KnownInputs {
  readonly infos: readonly OnnxTensorInfo[];
  readonly inputs: readonly InputFacts[];
}

/** How far a process is: for the bar, and for saying where something went wrong. */
export class RunStage {
  readonly #report: (share: number, text: string) => void;
  readonly #turn: () => Promise<void>;
  #name: "load" | "inputs" | "run" = "load";
  #text = "";
  #known: KnownInputs = { infos: [], inputs: [] };

  constructor(report: (share: number, text: string) => void, turn: () => Promise<void>) {
    this.#report = report;
    this.#turn = turn;
  }

  get name(): "load" | "inputs" | "run" {
    return this.#name;
  }

  get known(): KnownInputs {
    return this.#known;
  }

  enter(name: "load" | "inputs" | "run", text: string): void {
    this.#name = name;
    this.#text = text;
    this.#report(0, text);
  }

  tell(known: KnownInputs): void {
    this.#known = known;
  }

  /** Lets other processes have their turn. */
  readonly turn = (): Promise<void> => this.#turn();

  /** @param share of the runs that are done */
  readonly progress = (share: number): void => {
    this.#report(share, this.#text);
  };
}
