type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void)>>;

/** Makes an element. Text goes in as text, never as markup; what begins with `on` is a listener. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/** The element of the page's skeleton with this id. @throws when it is missing or another kind of element */
export function element<T extends HTMLElement = HTMLElement>(id: string, kind?: new () => T): T {
  const found = document.getElementById(id);
  if (found === null || (kind !== undefined && !(found instanceof kind))) throw new Error(`The page has no ${id}`);
  return found as T;
}

/** Of all text in pictures. */
export const FONT = "12px system-ui, sans-serif";

/** A canvas that fills its parent, sharp on dense displays, redrawn at most once per frame. */
export class Picture {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  /** CSS pixels. */
  width = 0;
  height = 0;
  ratio = 1;
  readonly #draw: () => void;
  #pending = false;

  constructor(canvas: HTMLCanvasElement, draw: () => void) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d")!;
    this.#draw = draw;
    new ResizeObserver(() => this.#resize()).observe(canvas);
    this.#resize();
  }

  redraw(): void {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.drawNow();
    });
  }

  drawNow(): void {
    if (this.width === 0 || this.height === 0) return;
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    this.#draw();
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    if (clientWidth === this.width && clientHeight === this.height && ratio === this.ratio) return;
    this.width = clientWidth;
    this.height = clientHeight;
    this.ratio = ratio;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    this.redraw();
  }
}

/** Cuts a text with an ellipsis so that it is at most so wide; empty when nothing is left of it. */
export function fitText(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (width < 14) return "";
  if (context.measureText(text).width <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low < 4 ? "" : `${text.slice(0, low)}…`;
}
