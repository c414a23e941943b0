import type { Handle, IAllocator } from "../allocator.ts";
import { Adaptor } from "./adaptor.ts";

/**
 * An allocator that says of each block it allocates under which label that was. Made by the adaptors that keep labels,
 * such as `StatisticsAdaptor.labelled`; everything else is theirs.
 */
export class LabelledAdaptor<A extends IAllocator = IAllocator> extends Adaptor<A> {
  readonly label: string;
  readonly #note: (handle: Handle, size: number) => void;

  /** @internal @param note is told of each block */
  constructor(upstream: A, label: string, note: (handle: Handle, size: number) => void) {
    super(upstream);
    this.label = label;
    this.#note = note;
  }

  override alloc(size: number): Handle {
    const handle = this.upstream.alloc(size);
    this.#note(handle, size);
    return handle;
  }
}
