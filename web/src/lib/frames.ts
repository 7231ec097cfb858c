/** Where a frame is on the player's clock, and back. `times` are the frames' presentation times, ascending. */

/** The frame shown at `time`: the last one that begins at or before it, forgiving half a frame of rounding. */
export function frameAt(times: ArrayLike<number>, time: number): number {
  if (times.length === 0) return 0;
  let low = 0;
  let high = times.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((times[middle] ?? 0) <= time) low = middle;
    else high = middle - 1;
  }
  const next = times[low + 1];
  // The browser's mediaTime may lie a rounding error before the frame's own time.
  if (next !== undefined && next - time < 1e-3 && next - time < time - (times[low] ?? 0)) return low + 1;
  return low;
}

/** The frame whose time is nearest: for `mediaTime`, which names a frame and not a moment. */
export function nearestFrame(times: ArrayLike<number>, time: number): number {
  const frame = frameAt(times, time);
  const next = times[frame + 1];
  return next !== undefined && next - time < time - (times[frame] ?? 0) ? frame + 1 : frame;
}

/** A moment safely inside frame `frame`, to seek to: a seek to its very beginning may show the one before. */
export function momentInside(times: ArrayLike<number>, frame: number): number {
  const last = times.length - 1;
  if (last < 0) return 0;
  const index = Math.min(last, Math.max(0, frame));
  const begin = times[index] ?? 0;
  const end = index < last ? (times[index + 1] ?? begin) : begin + (begin - (times[index - 1] ?? begin));
  return begin + (end - begin) / 2;
}

/** The index of the half-open, ascending span that holds `frame`, or -1. */
export function spanAt(spans: readonly { start: number; stop: number }[], frame: number): number {
  let low = 0;
  let high = spans.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const span = spans[middle];
    if (!span) return -1;
    if (frame < span.start) high = middle - 1;
    else if (frame >= span.stop) low = middle + 1;
    else return middle;
  }
  return -1;
}
