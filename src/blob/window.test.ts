import { expect, test } from "vitest";
import { BlobError } from "../errors.ts";
import { TensorDesc } from "./tensor-desc.ts";
import { Window } from "./window.ts";

const DESC = new TensorDesc("FP32", [2]);

test("the same view and desc give the same objects", () => {
  const window = new Window();
  const source = new Uint8Array(8);
  const data = window.data(source, DESC);
  expect(window.bytes(source, DESC)).toBe(source);
  expect(window.data(source, DESC)).toBe(data);
});

test("another view gives others, since the memory moved", () => {
  const window = new Window();
  const data = window.data(new Uint8Array(8), DESC);
  const moved = new Uint8Array(8);
  expect(window.data(moved, DESC)).not.toBe(data);
  expect(window.data(moved, DESC).buffer).toBe(moved.buffer);
});

test("a longer block shows what the desc needs", () => {
  const window = new Window();
  const source = new Uint8Array(new ArrayBuffer(64), 16, 32);
  const bytes = window.bytes(source, DESC);
  expect([bytes.byteOffset, bytes.byteLength]).toEqual([16, 8]);
  expect(window.data(source, DESC)).toHaveLength(2);
  expect(window.bytes(source, DESC)).toBe(bytes);
  expect(window.data(source, new TensorDesc("U8", [3]))).toHaveLength(3);
});

test("a view that is too short is the allocator's mistake", () => {
  expect(() => new Window().bytes(new Uint8Array(7), DESC)).toThrow(BlobError);
  expect(() => new Window().data(new Uint8Array(7), DESC)).toThrow("a view of 7 bytes for a block of 8");
});

test("a window that does not begin with the block shows the bytes from there on", () => {
  const window = new Window(12);
  const source = new Uint8Array(new ArrayBuffer(64), 16, 32);
  const bytes = window.bytes(source, DESC);
  expect([bytes.byteOffset, bytes.byteLength]).toEqual([28, 8]);
  expect(window.data(source, DESC).byteOffset).toBe(28);
  expect(() => window.bytes(source.subarray(0, 19), DESC)).toThrow("a view of 19 bytes for a block of 20");
  expect(() => window.bytes(source.subarray(0, 8), DESC)).toThrow("a view of 8 bytes for a block of 20");
});
