/** What models for images take: bytes of interleaved colours (HWC, U8) as planes of floats from 0 to 1 (CHW, FP32). */
export function toPlanes(pixels: Uint8Array, planes: Float32Array): void {
  const area = planes.length / 3;
  for (let i = 0; i < area; i++) {
    planes[i] = pixels[3 * i]! / 255;
    planes[area + i] = pixels[3 * i + 1]! / 255;
    planes[2 * area + i] = pixels[3 * i + 2]! / 255;
  }
}
