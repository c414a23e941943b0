import { unpack } from "../format/pack.ts";
import type { ReportModel } from "../model/report-model.ts";

/** Reads the model that the page carries: base64 of raw deflate of packed numbers. */
export async function loadModel(element: HTMLElement): Promise<ReportModel> {
  const packed = bytesOf(element.textContent ?? "");
  element.textContent = "";
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return unpack(new Uint8Array(await new Response(stream).arrayBuffer())) as ReportModel;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
