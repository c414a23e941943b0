import { formatBytes, plural } from "../format/units.ts";
import { element, h } from "./dom.ts";
import type { PageState } from "./page-state.ts";

/** The search field and what it found. */
export function showSearch(state: PageState): void {
  const input = element("search", HTMLInputElement);
  const results = element("results");
  let timer: ReturnType<typeof setTimeout> | undefined;
  let at = -1;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => state.find(input.value), 100);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") setSearch(state, "");
    if (event.key !== "Enter") return;
    clearTimeout(timer);
    if (state.query !== input.value) state.find(input.value);
    const { found } = state;
    if (found === null || found.count === 0) return;
    at = (at + (event.shiftKey ? found.largest.length - 1 : 1)) % found.largest.length;
    state.pick(found.largest[Math.max(at, 0)]!);
  });
  let shown: unknown = null;
  state.onChange(() => {
    const { found, model } = state;
    if (found === shown) return;
    shown = found;
    at = -1;
    results.hidden = found === null;
    if (found === null) return;
    const list = found.largest.slice(0, 12).map((block) => {
      const name = model.strings[model.blocks.label[block]!] ?? model.phases[state.phaseOf[block]!]?.name ?? "";
      const text = `id ${model.blocks.id[block]} · ${formatBytes(model.blocks.size[block]!)} ${name}`;
      return h("li", {}, h("button", { type: "button", class: "link", onclick: () => state.pick(block) }, text));
    });
    const sum =
      found.count === 0 ? "No block matches." : `${plural(found.count, "block")}, ${formatBytes(found.bytes)} in all`;
    results.replaceChildren(h("p", { class: "note", role: "status" }, sum), h("ol", {}, ...list));
  });
}

/** Searches as if it had been typed. */
export function setSearch(state: PageState, query: string): void {
  element("search", HTMLInputElement).value = query;
  state.find(query);
}
