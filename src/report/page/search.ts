import type { ReportModel } from "../model/report-model.ts";

/** What a query found. */
export interface Found {
  /** 1 for each block that matches. */
  readonly matches: Uint8Array;
  readonly count: number;
  readonly bytes: number;
  /** The largest of them, largest first. */
  readonly largest: readonly number[];
}

type Test = (block: number) => boolean;

const UNITS: Readonly<Record<string, number>> = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };
const MOST_LISTED = 100;

/**
 * Finds blocks. Words are joined by "and":
 *
 * - `602112`: that id, or that size; `id:7`, `size:602112`
 * - `>1MiB`, `<=4k`: by size
 * - `label:conv`, `phase:run0`, `site:main.ts`: contained, whatever the case; in quotes, the whole of it
 * - any other word: contained in label, phase or call site
 * - `leaked`: never freed
 */
export function search(query: string, model: ReportModel, phaseOf: Int32Array): Found {
  const { blocks } = model;
  const tests = [...query.matchAll(/(\w+:)?"([^"]*)"|\S+/g)].map((word) => testFor(word, model, phaseOf));
  const matches = new Uint8Array(blocks.count);
  const found: number[] = [];
  let bytes = 0;
  for (let block = 0; block < blocks.count; block++) {
    if (!tests.every((test) => test(block))) continue;
    matches[block] = 1;
    bytes += blocks.size[block]!;
    found.push(block);
  }
  const count = found.length;
  const largest = found.sort((a, b) => blocks.size[b]! - blocks.size[a]! || a - b).slice(0, MOST_LISTED);
  return { matches, count, bytes, largest };
}

function testFor([word, field, quoted]: RegExpExecArray, model: ReportModel, phaseOf: Int32Array): Test {
  const { blocks, strings, phases, counts } = model;
  if (quoted !== undefined) {
    const same = (text: string): boolean => text === quoted;
    return testText((field ?? "").slice(0, -1), same);
  }
  const comparison = /^([<>]=?)([\d.]+)([kmgt]?)i?b?$/i.exec(word);
  if (comparison !== null) {
    const [, operator, digits, unit] = comparison;
    const limit = Number(digits) * UNITS[unit!.toLowerCase()]!;
    if (operator === "<") return (block) => blocks.size[block]! < limit;
    if (operator === "<=") return (block) => blocks.size[block]! <= limit;
    return operator === ">" ? (block) => blocks.size[block]! > limit : (block) => blocks.size[block]! >= limit;
  }
  if (word === "leaked") return (block) => blocks.to[block]! >= counts.events;
  const colon = word.indexOf(":");
  const name = word.slice(0, Math.max(colon, 0)).toLowerCase();
  const rest = word.slice(colon + 1).toLowerCase();
  if (name === "id") return (block) => blocks.id[block] === Number(rest);
  if (name === "size") return (block) => blocks.size[block] === Number(rest);
  if (name === "label" || name === "phase" || name === "site") {
    return testText(name, (text) => text.toLowerCase().includes(rest));
  }
  const lower = word.toLowerCase();
  const contained = testText("", (text) => text.toLowerCase().includes(lower));
  const number = Number(word.replaceAll(",", ""));
  if (!Number.isFinite(number)) return contained;
  return (block) => blocks.id[block] === number || blocks.size[block] === number || contained(block);

  /** Each text is tested once, however many blocks have it. */
  function testText(name: string, test: (text: string) => boolean): Test {
    const ofString = name === "phase" ? [] : strings.map(test);
    const ofPhase = name === "label" || name === "site" ? [] : phases.map((phase) => test(phase.name));
    return (block) =>
      (name !== "site" && ofString[blocks.label[block]!] === true) ||
      (name !== "label" && ofString[blocks.site[block]!] === true) ||
      ofPhase[phaseOf[block]!] === true;
  }
}
