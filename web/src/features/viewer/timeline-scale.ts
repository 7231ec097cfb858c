import type { TimeWindow } from "@/features/viewer/viewer-model";

/** How frames lie on a strip `width` pixels wide that begins at pixel `left`. */
export interface Scale {
  window: TimeWindow;
  left: number;
  width: number;
}

const LEAST_FRAMES = 20;

export function xOf(scale: Scale, frame: number): number {
  const { from, to } = scale.window;
  return scale.left + ((frame - from) / (to - from)) * scale.width;
}

/** The frame under pixel `x`, as a fraction; the caller rounds down and clips. */
export function positionAt(scale: Scale, x: number): number {
  const { from, to } = scale.window;
  return from + ((x - scale.left) / scale.width) * (to - from);
}

/** Moves a window into [0, frameCount], without changing its length where that is possible. */
export function clampWindow(window: TimeWindow, frameCount: number): TimeWindow {
  const length = Math.min(Math.max(window.to - window.from, Math.min(LEAST_FRAMES, frameCount)), frameCount);
  const from = Math.min(Math.max(0, window.from), frameCount - length);
  return { from, to: from + length };
}

/** `factor` < 1 shows less and so more exactly; `at` stays where it is on the screen. */
export function zoomWindow(window: TimeWindow, factor: number, at: number, frameCount: number): TimeWindow {
  const length = (window.to - window.from) * factor;
  const share = (at - window.from) / (window.to - window.from);
  const clipped = Math.min(Math.max(length, Math.min(LEAST_FRAMES, frameCount)), frameCount);
  const from = at - share * clipped;
  return clampWindow({ from, to: from + clipped }, frameCount);
}

/** The window moved just so far that `frame` is in it. */
export function reveal(window: TimeWindow, frame: number, frameCount: number): TimeWindow {
  if (frame >= window.from && frame < window.to) return window;
  const length = window.to - window.from;
  const from = frame < window.from ? frame - length * 0.1 : frame - length * 0.1;
  return clampWindow({ from, to: from + length }, frameCount);
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200] as const;

/** Seconds between two marks, so that they are at least `gap` pixels apart. */
export function tickStep(secondsInSight: number, width: number, gap = 80): number {
  const least = (secondsInSight / Math.max(1, width)) * gap;
  return STEPS.find((step) => step >= least) ?? Math.ceil(least / 3600) * 3600;
}

/** The pixel runs that half-open segments of frames cover; what lies within one pixel is joined. */
export function segmentRuns(scale: Scale, segments: readonly (readonly [number, number])[]): [number, number][] {
  const runs: [number, number][] = [];
  const { from, to } = scale.window;
  for (const [start, stop] of segments) {
    if (stop <= from) continue;
    if (start >= to) break;
    const begin = Math.max(scale.left, xOf(scale, start));
    const end = Math.min(scale.left + scale.width, Math.max(xOf(scale, stop), begin + 2));
    const last = runs.at(-1);
    if (last && begin - last[1] < 1) last[1] = Math.max(last[1], end);
    else runs.push([begin, end]);
  }
  return runs;
}
