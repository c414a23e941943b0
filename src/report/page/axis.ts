import { formatCount, formatTime } from "../format/units.ts";

/** What stands along the bottom: events one by one, or time. */
export interface Axis {
  readonly name: "events" | "time";
  /** Where the last event ends. */
  readonly end: number;
  /** Where an event begins; it ends where the next one begins. */
  positionOf(event: number): number;
  /** The event that a position is in. */
  eventAt(position: number): number;
  format(position: number, step: number): string;
}

/** Every event is as wide as another: what happens at once can be told apart. */
export function eventAxis(events: number): Axis {
  return {
    name: "events",
    end: Math.max(events, 1),
    positionOf: (event) => event,
    eventAt: (position) => clamp(Math.floor(position), 0, events - 1),
    format: (position) => formatCount(Math.round(position)),
  };
}

/** Events stand where they happened. */
export function timeAxis(time: Float64Array): Axis {
  const last = time.at(-1) ?? 0;
  const end = last > 0 ? last * 1.0001 : 1;
  return {
    name: "time",
    end,
    positionOf: (event) => time[event] ?? end,
    eventAt: (position) => {
      let low = 0;
      let high = time.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (time[middle]! <= position) low = middle + 1;
        else high = middle;
      }
      return clamp(low - 1, 0, time.length - 1);
    },
    format: (position) => formatTime(position),
  };
}

/** Steps of 1, 2 or 5 times a power of ten, at most so many of them. */
export function niceStep(span: number, most: number): number {
  const raw = span / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10;
  return factor * power;
}

/** Steps for bytes: powers of two, which are round in every unit. */
export function niceByteStep(span: number, most: number): number {
  return 2 ** Math.max(0, Math.ceil(Math.log2(span / Math.max(most, 1))));
}

export function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
