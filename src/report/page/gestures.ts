/** What a picture does with pointers. Places are in CSS pixels from its top left corner. */
export interface Gestures {
  hover(x: number, y: number): void;
  /** Pressed and released on the spot. */
  press(x: number, y: number): void;
  begin?(x: number, y: number): void;
  /** Since the last call: `dx`, `dy`. Since the drag began: `totalY`. */
  drag(dx: number, dy: number, x: number, totalY: number): void;
  end?(): void;
  /** Two fingers: the span to show is `factor` times what it was, around `x`. */
  pinch?(factor: number, x: number): void;
}

const STILL = 4;

/** Tells hovering, pressing, dragging and pinching apart, for mouse, pen and fingers. */
export function followPointer(canvas: HTMLCanvasElement, gestures: Gestures): void {
  const down = new Map<number, { x: number; y: number }>();
  let begun = { x: 0, y: 0 };
  let moved = false;

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const at = placeOf(event);
    down.set(event.pointerId, at);
    if (down.size > 1) return;
    begun = at;
    moved = false;
    gestures.begin?.(at.x, at.y);
  });

  canvas.addEventListener("pointermove", (event) => {
    const at = placeOf(event);
    const last = down.get(event.pointerId);
    if (last === undefined) {
      gestures.hover(at.x, at.y);
      return;
    }
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, at);
    if (other !== undefined) {
      moved = true;
      const before = Math.max(Math.abs(last.x - other.x), 10);
      gestures.pinch?.(before / Math.max(Math.abs(at.x - other.x), 10), (at.x + other.x) / 2);
    } else {
      if (!moved && Math.hypot(at.x - begun.x, at.y - begun.y) < STILL) {
        down.set(event.pointerId, last);
        return;
      }
      moved = true;
      gestures.drag(at.x - last.x, at.y - last.y, at.x, at.y - begun.y);
    }
  });

  canvas.addEventListener("pointerup", (event) => {
    if (!down.delete(event.pointerId) || down.size > 0) return;
    const at = placeOf(event);
    gestures.end?.();
    if (!moved) gestures.press(at.x, at.y);
  });

  canvas.addEventListener("pointercancel", (event) => {
    down.delete(event.pointerId);
    gestures.end?.();
  });

  function placeOf(event: PointerEvent): { x: number; y: number } {
    const bounds = canvas.getBoundingClientRect();
    return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
  }
}
