import type { IAllocator, IRemoteAllocator } from "../allocator.ts";
import { Blob } from "./blob.ts";
import type { PrecisionName } from "./precision.ts";
import type { TensorDesc } from "./tensor-desc.ts";

/** A blob whose elements are in one block of an allocator, on the host or elsewhere. */
export abstract class MemoryBlob<P extends PrecisionName = PrecisionName> extends Blob {
  abstract override readonly desc: TensorDesc<P>;
  abstract readonly allocator: IAllocator | IRemoteAllocator;
  abstract readonly isAllocated: boolean;

  /** Obtains a new block, then drops the one it had. */
  abstract allocate(): void | Promise<void>;

  /** Drops the block. Whether there was one. */
  abstract deallocate(): boolean | Promise<boolean>;

  /** Bytes of the elements, packed; a strided or padded tensor takes `desc.spanBytes` of memory. */
  get byteSize(): number {
    return this.desc.byteSize;
  }

  /** Bytes of one element, rounded up. */
  get elementSize(): number {
    return this.desc.precision.elementSize;
  }
}
