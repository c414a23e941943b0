/**
 * The engine's allocator while a recorded run is replayed, in machine code.
 *
 * A callback into JavaScript costs half a microsecond, and from another thread 28 to 50, since it has to wait for the event
 * loop. A model has hundreds of tensors, so an asynchronous run would take up to twice as long as a synchronous one. But
 * when a run repeats, nothing is left to decide: the list of its allocations and frees is known, and where each block goes.
 * Walking along a list takes two functions of some 70 bytes, which need no runtime, call nothing, and are the same for
 * every thread. They are below, with their source; where they cannot be used, {@link replayCode} says so, and the callbacks
 * walk along the same list.
 *
 * They work on the words behind the OrtAllocator struct (engine-memory.ts has their layout): a lock, the cursor into the
 * list, and where the block of the run begins. An entry of the list is two words: size and offset for an allocation, -1 and
 * offset for a free. An allocation that is not the next entry ends the replay: the cursor goes to the sentinel, which equals
 * no size, and the callback is called, as for every allocation after it. A free of memory outside of the block is the
 * callback's too; a free inside it that is not the next entry ends the replay, since places may be used again only in the
 * order that was planned. A place is never handed out twice this way, whatever the engine does, and on whichever of its
 * threads it does it.
 */
import { x64Code } from "../../platform/native-code.ts";
import type { Pointer } from "./ort-api.ts";

/** Addresses of the two functions. */
export interface ReplayCode {
  readonly alloc: Pointer;
  readonly free: Pointer;
}

/** Of `free` in the code. */
const FREE_AT = 0x50;

/** x86-64, System V: rdi is the struct, rsi the size or the pointer. */
const X64: readonly (readonly number[])[] = [
  // alloc:
  [0xb8, 0x01, 0x00, 0x00, 0x00], //       mov  eax, 1
  [0x87, 0x47, 0x40], //                1: xchg [rdi + 64], eax      take the lock
  [0x85, 0xc0], //                         test eax, eax
  [0x74, 0x04], //                         je   2f
  [0xf3, 0x90], //                         pause
  [0xeb, 0xf5], //                         jmp  1b
  [0x48, 0x8b, 0x57, 0x48], //          2: mov  rdx, [rdi + 72]      the cursor
  [0x48, 0x39, 0x32], //                   cmp  [rdx], rsi           is this the size that comes next?
  [0x75, 0x18], //                         jne  3f
  [0x48, 0x8b, 0x42, 0x08], //             mov  rax, [rdx + 8]       its offset
  [0x48, 0x03, 0x47, 0x50], //             add  rax, [rdi + 80]      the block of the run
  [0x48, 0x83, 0xc2, 0x10], //             add  rdx, 16
  [0x48, 0x89, 0x57, 0x48], //             mov  [rdi + 72], rdx
  [0xc7, 0x47, 0x40, 0, 0, 0, 0], //       mov  dword [rdi + 64], 0  release the lock
  [0xc3], //                               ret
  [0x48, 0x8b, 0x47, 0x70], //          3: mov  rax, [rdi + 112]     the sentinel
  [0x48, 0x89, 0x47, 0x48], //             mov  [rdi + 72], rax
  [0x48, 0xff, 0x47, 0x78], //             inc  qword [rdi + 120]    calls that went to JavaScript
  [0xc7, 0x47, 0x40, 0, 0, 0, 0], //       mov  dword [rdi + 64], 0
  [0xff, 0x67, 0x60], //                   jmp  [rdi + 96]           the callback
  [0x66, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0], // nop
  // free:
  [0x48, 0x89, 0xf1], //                   mov  rcx, rsi
  [0x48, 0x2b, 0x4f, 0x50], //             sub  rcx, [rdi + 80]      from the start of the block
  [0x48, 0x3b, 0x4f, 0x58], //             cmp  rcx, [rdi + 88]      its height
  [0x73, 0x40], //                         jae  7f
  [0xb8, 0x01, 0x00, 0x00, 0x00], //       mov  eax, 1
  [0x87, 0x47, 0x40], //                4: xchg [rdi + 64], eax
  [0x85, 0xc0], //                         test eax, eax
  [0x74, 0x04], //                         je   5f
  [0xf3, 0x90], //                         pause
  [0xeb, 0xf5], //                         jmp  4b
  [0x48, 0x8b, 0x57, 0x48], //          5: mov  rdx, [rdi + 72]
  [0x48, 0x83, 0x3a, 0xff], //             cmp  qword [rdx], -1      does a free come next?
  [0x75, 0x16], //                         jne  6f
  [0x48, 0x39, 0x4a, 0x08], //             cmp  [rdx + 8], rcx       of this place?
  [0x75, 0x10], //                         jne  6f
  [0x48, 0x83, 0xc2, 0x10], //             add  rdx, 16
  [0x48, 0x89, 0x57, 0x48], //             mov  [rdi + 72], rdx
  [0xc7, 0x47, 0x40, 0, 0, 0, 0], //       mov  dword [rdi + 64], 0
  [0xc3], //                               ret
  [0x48, 0x8b, 0x47, 0x70], //          6: mov  rax, [rdi + 112]
  [0x48, 0x89, 0x47, 0x48], //             mov  [rdi + 72], rax
  [0xc7, 0x47, 0x40, 0, 0, 0, 0], //       mov  dword [rdi + 64], 0
  [0xc3], //                               ret
  [0xff, 0x67, 0x68], //                7: jmp  [rdi + 104]          the callback
];

const place = x64Code(X64);

/** The code, placed at the first call; undefined on other systems than Linux on x64, and where no code may be placed. */
export function replayCode(): ReplayCode | undefined {
  const alloc = place();
  return alloc === undefined ? undefined : { alloc, free: alloc + FREE_AT };
}
