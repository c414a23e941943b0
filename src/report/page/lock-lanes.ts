import { formatCount, formatTime } from "../format/units.ts";
import { FONT, Picture, fitText } from "./dom.ts";
import type { PageState } from "./page-state.ts";

const LEFT = 68;
const RIGHT = 10;
const ROW = 36;
const MOST_LANES = 12;

/** The locks of one holder, in order, with the latest end up to each: that tells whether any covers a stretch. */
interface Lane {
  readonly from: Int32Array;
  readonly latestEnd: Int32Array;
}

/** Who holds locks, over the part of the trace that the timeline shows: a lane per holder. */
export class LockLanes {
  readonly #state: PageState;
  readonly #picture: Picture;
  readonly #lanes: readonly { readonly all: Lane; readonly writes: Lane }[];

  static attach(...args: ConstructorParameters<typeof LockLanes>): LockLanes {
    return new LockLanes(...args);
  }

  constructor(canvas: HTMLCanvasElement, state: PageState) {
    this.#state = state;
    const { locks } = state.model;
    const shown = Math.min(locks.holders.length, MOST_LANES);
    this.#lanes = Array.from({ length: shown }, (_, holder) => ({
      all: this.#lane((lock) => locks.holder[lock] === holder),
      writes: this.#lane((lock) => locks.holder[lock] === holder && locks.mode[lock] !== 1),
    }));
    canvas.style.height = `${Math.max(shown * ROW, ROW)}px`;
    this.#picture = new Picture(canvas, () => this.#draw());
    state.onChange(() => this.#picture.redraw());
  }

  #lane(has: (lock: number) => boolean): Lane {
    const { count, from, to } = this.#state.model.locks;
    const members: number[] = [];
    for (let lock = 0; lock < count; lock++) if (has(lock)) members.push(lock);
    let latest = 0;
    return {
      from: Int32Array.from(members, (lock) => from[lock]!),
      latestEnd: Int32Array.from(members, (lock) => (latest = Math.max(latest, to[lock]!))),
    };
  }

  #draw(): void {
    const { context, width } = this.#picture;
    const { palette, axis, from, to, model } = this.#state;
    const plot = Math.max(width - LEFT - RIGHT, 1);
    context.font = FONT;
    context.textBaseline = "middle";
    for (const [index, lane] of this.#lanes.entries()) {
      const top = index * ROW;
      const holder = model.locks.holders[index]!;
      const facts = ` · ${formatCount(holder.count)} locks · ${formatTime(holder.heldMs)} held`;
      context.fillStyle = palette.ink;
      context.fillText(
        fitText(context, holder.name + facts, plot) || fitText(context, holder.name, plot),
        LEFT,
        top + 9,
      );
      context.fillStyle = palette.line;
      context.fillRect(LEFT, top + 19, plot, 12);
      for (let x = 0; x < plot; x++) {
        const first = axis.eventAt(from + (x / plot) * (to - from));
        const last = axis.eventAt(from + ((x + 1) / plot) * (to - from));
        if (!covers(lane.all, first, last)) continue;
        const write = covers(lane.writes, first, last);
        context.fillStyle = write ? palette.categories[1]! : palette.categories[0]!;
        // Writing fills the lane, reading its lower half: told apart without colour, too.
        context.fillRect(LEFT + x, top + (write ? 19 : 24), 1, write ? 12 : 7);
      }
    }
  }
}

/** Whether a lock is held at any event from `first` up to and including `last`. */
function covers({ from, latestEnd }: Lane, first: number, last: number): boolean {
  let low = 0;
  let high = from.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (from[middle]! <= last) low = middle + 1;
    else high = middle;
  }
  return low > 0 && latestEnd[low - 1]! > first;
}
