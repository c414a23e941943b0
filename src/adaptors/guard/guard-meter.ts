/** Counts the user's bytes and blocks. */
export class GuardMeter {
  liveBytes = 0;
  peakBytes = 0;
  peakCount = 0;
  totalBytes = 0;
  totalCount = 0;
  /** Bytes that the upstream holds for live blocks. */
  bytesBelow = 0;

  /** A block that is not guarded, or not yet. @param liveCount with it */
  allocate(size: number, liveCount: number): void {
    this.totalBytes += size;
    this.totalCount++;
    this.bytesBelow += size;
    if ((this.liveBytes += size) > this.peakBytes) this.peakBytes = this.liveBytes;
    if (liveCount > this.peakCount) this.peakCount = liveCount;
  }

  free(size: number, bytesBelow: number): void {
    this.liveBytes -= size;
    this.bytesBelow -= bytesBelow;
  }
}
