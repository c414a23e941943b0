import { formatBytes, plural } from "../../format/units.ts";
import type { PageState } from "../page-state.ts";
import { GRANULE, granules } from "./panel.ts";

/** The blocks alive at the moment, in the order of their places. */
export class PlacedBlocks {
  readonly #state: PageState;
  #alive = new Int32Array(0);
  #count = 0;
  #aliveAt = -1;

  constructor(state: PageState) {
    this.#state = state;
  }

  /** They hold until the moment changes. */
  get list(): Int32Array {
    this.#look();
    return this.#alive.subarray(0, this.#count);
  }

  /** What is alive, in words. */
  describe(): string {
    const { blocks, replay } = this.#state.model;
    const { list } = this;
    let live = 0;
    let rounded = 0;
    for (let at = 0; at < list.length; at++) {
      const size = blocks.size[list[at]!]!;
      live += size;
      rounded += granules(size) * GRANULE;
    }
    return (
      `${formatBytes(live)} in ${plural(list.length, "block")}, ` +
      `${formatBytes(rounded - live)} lost to rounding, ${formatBytes(replay.footprintBytes - rounded)} free of what the heap ever used`
    );
  }

  #look(): void {
    const { moment, bands, model } = this.#state;
    if (this.#aliveAt === moment || model.counts.events === 0) return;
    this.#aliveAt = moment;
    const tier = bands.all();
    if (this.#alive.length < tier.mostAlive) this.#alive = new Int32Array(tier.mostAlive);
    this.#count = tier.aliveAt(moment, this.#alive);
    const { region, granule } = model.blocks;
    this.#alive.subarray(0, this.#count).sort((a, b) => region[a]! - region[b]! || granule[a]! - granule[b]!);
  }
}
