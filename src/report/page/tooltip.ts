import { h } from "./dom.ts";

/** A note beside the pointer. Hidden from screen readers: what it says stands in the details of a picked block too. */
export class Tooltip {
  readonly element: HTMLElement = h("div", { class: "tooltip", "aria-hidden": "true", hidden: true });

  constructor() {
    document.body.append(this.element);
  }

  show(canvas: HTMLCanvasElement, x: number, y: number, facts: readonly (readonly [string, string])[]): void {
    this.element.replaceChildren(
      ...facts.map(([name, value]) => h("div", {}, h("span", {}, name), h("strong", {}, value))),
    );
    this.element.hidden = false;
    const bounds = canvas.getBoundingClientRect();
    const left = bounds.left + x + 16;
    const width = this.element.offsetWidth;
    const height = this.element.offsetHeight;
    const fits = left + width < document.documentElement.clientWidth - 8;
    const top = Math.min(bounds.top + y + 14, innerHeight - height - 8);
    this.element.style.left = `${Math.max(8, fits ? left : bounds.left + x - width - 12)}px`;
    this.element.style.top = `${Math.max(8, top)}px`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
