import type { Handle } from "../../allocator.ts";
import type { CallSite } from "../call-site.ts";

/** What a tracking adaptor knows of a block that it looked at. */
export class TrackedBlock {
  readonly handle: Handle;
  /** In bytes. */
  readonly size: number;
  /** Where it was allocated. */
  readonly site: CallSite;
  /** When, in milliseconds of the adaptor's clock. */
  readonly time: number;
  /** Under which label, if under any. */
  label: string | undefined = undefined;

  constructor(handle: Handle, size: number, site: CallSite, time: number) {
    this.handle = handle;
    this.size = size;
    this.site = site;
    this.time = time;
  }
}
