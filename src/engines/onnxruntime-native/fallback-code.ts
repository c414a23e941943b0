/**
 * What serves the engine when JavaScript does not answer any more, in machine code.
 *
 * Once a worker thread is terminated, V8 runs no JavaScript of it, but a native call that is under way goes on, and Node
 * waits for it. A callback into JavaScript comes back without an answer then, and what the engine takes for the answer is
 * whatever koffi left on the stack: mostly the address that was answered before, so that two tensors are in one place.
 * These functions stand between the engine and the callbacks. A callback writes its answer to a word (NULL_ANSWER for
 * null); where the word is still 0 after the call, nobody was there. From then on nobody is asked: the run is told to stop
 * at its next node, and memory comes from the system and goes back there. A free of anything else does nothing, since that
 * memory is the thread's and ends with it.
 *
 * They work on words behind the OrtAllocator struct (struct-words.ts). Memory of the system begins with 64 bytes that the
 * engine does not see: the address of the next one in the list of them, and its length.
 */
import { x64Code } from "../../platform/native-code.ts";
import type { Pointer } from "./ort-api.ts";

/** Addresses of the functions of an OrtAllocator. */
export interface FallbackCode {
  readonly alloc: Pointer;
  readonly free: Pointer;
  readonly reserve: Pointer;
  readonly info: Pointer;
}

/** In the code. */
const RESERVE_AT = 0x10;
const FREE_AT = 0x100;
const INFO_AT = 0x180;

/** x86-64, System V: rdi is the struct, rsi the size or the pointer. */
const X64: readonly (readonly number[])[] = [
  // alloc:
  [0x48, 0x8b, 0x87, 0x98, 0, 0, 0], //          mov  rax, [rdi + 152]       the callback
  [0xeb, 0x0e], //                               jmp  1f
  [0x0f, 0x1f, 0x80, 0, 0, 0, 0], //             nop
  // reserve:
  [0x48, 0x8b, 0x87, 0xa8, 0, 0, 0], //          mov  rax, [rdi + 168]
  [0x53, 0x41, 0x54, 0x41, 0x55], //          1: push rbx; push r12; push r13
  [0x48, 0x89, 0xfb], //                         mov  rbx, rdi
  [0x49, 0x89, 0xf4], //                         mov  r12, rsi
  [0x49, 0x89, 0xc5], //                         mov  r13, rax
  [0xb8, 0x01, 0, 0, 0], //                   2: mov  eax, 1
  [0x87, 0x83, 0xb8, 0, 0, 0], //                xchg [rbx + 184], eax       one call at a time
  [0x85, 0xc0], //                               test eax, eax
  [0x74, 0x04], //                               je   3f
  [0xf3, 0x90], //                               pause
  [0xeb, 0xed], //                               jmp  2b
  [0x48, 0xc7, 0x83, 0xb0, 0, 0, 0, 0, 0, 0, 0], // 3: mov qword [rbx + 176], 0  no answer
  [0x83, 0xbb, 0xc0, 0, 0, 0, 0], //             cmp  dword [rbx + 192], 0   is anybody there?
  [0x75, 0x03], //                               jne  4f
  [0x41, 0xff, 0xd5], //                         call r13
  [0x48, 0x8b, 0x83, 0xb0, 0, 0, 0], //       4: mov  rax, [rbx + 176]       the answer
  [0xc7, 0x83, 0xb8, 0, 0, 0, 0, 0, 0, 0], //    mov  dword [rbx + 184], 0
  [0x48, 0x85, 0xc0], //                         test rax, rax
  [0x74, 0x0e], //                               je   6f
  [0x48, 0x83, 0xf8, 0x01], //                   cmp  rax, 1                 it is null
  [0x75, 0x02], //                               jne  5f
  [0x31, 0xc0], //                               xor  eax, eax
  [0x41, 0x5d, 0x41, 0x5c, 0x5b, 0xc3], //    5: pop  r13; pop r12; pop rbx; ret
  [0xc7, 0x83, 0xc0, 0, 0, 0, 1, 0, 0, 0], // 6: mov  dword [rbx + 192], 1   nobody
  [0x48, 0x8b, 0xbb, 0xe0, 0, 0, 0], //          mov  rdi, [rbx + 224]       options of the run
  [0xff, 0x93, 0xd8, 0, 0, 0], //                call [rbx + 216]            RunOptionsSetTerminate
  [0x31, 0xff], //                               xor  edi, edi
  [0x49, 0x8d, 0x74, 0x24, 0x40], //             lea  rsi, [r12 + 64]
  [0xba, 0x03, 0, 0, 0], //                      mov  edx, 3                 PROT_READ | PROT_WRITE
  [0x41, 0xba, 0x22, 0x40, 0, 0], //             mov  r10d, 0x4022           private, anonymous, not reserved
  [0x49, 0x83, 0xc8, 0xff], //                   or   r8, -1
  [0x45, 0x31, 0xc9], //                         xor  r9d, r9d
  [0xb8, 0x09, 0, 0, 0], //                      mov  eax, 9                 mmap
  [0x0f, 0x05], //                               syscall
  [0x48, 0x85, 0xc0], //                         test rax, rax
  [0x79, 0x04], //                               jns  7f
  [0x31, 0xc0], //                               xor  eax, eax               there is no other answer left
  [0xeb, 0xba], //                               jmp  5b
  [0x49, 0x8d, 0x54, 0x24, 0x40], //          7: lea  rdx, [r12 + 64]
  [0x48, 0x89, 0x50, 0x08], //                   mov  [rax + 8], rdx         its length
  [0xb9, 0x01, 0, 0, 0], //                   8: mov  ecx, 1
  [0x87, 0x8b, 0xd0, 0, 0, 0], //                xchg [rbx + 208], ecx       take the list
  [0x85, 0xc9], //                               test ecx, ecx
  [0x74, 0x04], //                               je   9f
  [0xf3, 0x90], //                               pause
  [0xeb, 0xed], //                               jmp  8b
  [0x48, 0x8b, 0x93, 0xc8, 0, 0, 0], //       9: mov  rdx, [rbx + 200]       the first
  [0x48, 0x89, 0x10], //                         mov  [rax], rdx
  [0x48, 0x89, 0x83, 0xc8, 0, 0, 0], //          mov  [rbx + 200], rax
  [0xc7, 0x83, 0xd0, 0, 0, 0, 0, 0, 0, 0], //    mov  dword [rbx + 208], 0
  [0x48, 0x83, 0xc0, 0x40], //                   add  rax, 64
  [0xe9, 0x7a, 0xff, 0xff, 0xff], //             jmp  5b
  [0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0, 0x66, 0x90], // nop
  // free:
  [0x48, 0x83, 0xbf, 0xc8, 0, 0, 0, 0], //       cmp  qword [rdi + 200], 0   is there memory of the system?
  [0x75, 0x0f], //                               jne  2f
  [0x83, 0xbf, 0xc0, 0, 0, 0, 0], //          1: cmp  dword [rdi + 192], 0   is anybody there?
  [0x75, 0x54], //                               jne  6f
  [0xff, 0xa7, 0xa0, 0, 0, 0], //                jmp  [rdi + 160]            the callback
  [0xb8, 0x01, 0, 0, 0], //                   2: mov  eax, 1
  [0x87, 0x87, 0xd0, 0, 0, 0], //                xchg [rdi + 208], eax       take the list
  [0x85, 0xc0], //                               test eax, eax
  [0x74, 0x04], //                               je   3f
  [0xf3, 0x90], //                               pause
  [0xeb, 0xed], //                               jmp  2b
  [0x48, 0x8d, 0x97, 0xc8, 0, 0, 0], //       3: lea  rdx, [rdi + 200]       where the next one is written
  [0x48, 0x8b, 0x02], //                      4: mov  rax, [rdx]
  [0x48, 0x85, 0xc0], //                         test rax, rax
  [0x74, 0x2d], //                               je   7f
  [0x48, 0x8d, 0x48, 0x40], //                   lea  rcx, [rax + 64]
  [0x48, 0x39, 0xf1], //                         cmp  rcx, rsi               is it this one?
  [0x74, 0x05], //                               je   5f
  [0x48, 0x89, 0xc2], //                         mov  rdx, rax
  [0xeb, 0xea], //                               jmp  4b
  [0x48, 0x8b, 0x08], //                      5: mov  rcx, [rax]
  [0x48, 0x89, 0x0a], //                         mov  [rdx], rcx             take it out
  [0xc7, 0x87, 0xd0, 0, 0, 0, 0, 0, 0, 0], //    mov  dword [rdi + 208], 0
  [0x48, 0x89, 0xc7], //                         mov  rdi, rax
  [0x48, 0x8b, 0x70, 0x08], //                   mov  rsi, [rax + 8]
  [0xb8, 0x0b, 0, 0, 0], //                      mov  eax, 11                munmap
  [0x0f, 0x05], //                               syscall
  [0xc3], //                                  6: ret
  [0xc7, 0x87, 0xd0, 0, 0, 0, 0, 0, 0, 0], // 7: mov  dword [rdi + 208], 0
  [0xeb, 0x96], //                               jmp  1b
  [0x66, 0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0, 0x90], // nop
  // info:
  [0x48, 0x8b, 0x87, 0x90, 0, 0, 0], //          mov  rax, [rdi + 144]
  [0xc3], //                                     ret
];

const place = x64Code(X64);

/** The code, placed at the first call; undefined on other systems than Linux on x64, and where no code may be placed. */
export function fallbackCode(): FallbackCode | undefined {
  const alloc = place();
  if (alloc === undefined) return undefined;
  return { alloc, reserve: alloc + RESERVE_AT, free: alloc + FREE_AT, info: alloc + INFO_AT };
}
