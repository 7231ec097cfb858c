import type { Track, TrackFrame } from "@/api/types";

export interface CountPoint {
  frame: number;
  count: number;
}

/** How many objects are seen over time: the mean of each of at most `most` stretches of frames. */
export function countOverTime(tracks: readonly Track[], frameCount: number, most = 240): CountPoint[] {
  if (frameCount <= 0) return [];
  const length = Math.max(1, Math.ceil(frameCount / most));
  const changes = new Int32Array(frameCount + 1);
  for (const track of tracks) {
    for (const [start, stop] of track.segments) {
      if (start >= frameCount) continue;
      changes[start] = (changes[start] ?? 0) + 1;
      const end = Math.min(stop, frameCount);
      changes[end] = (changes[end] ?? 0) - 1;
    }
  }
  const points: CountPoint[] = [];
  let seen = 0;
  let sum = 0;
  for (let frame = 0; frame < frameCount; frame += 1) {
    seen += changes[frame] ?? 0;
    sum += seen;
    const isLast = frame === frameCount - 1;
    if ((frame + 1) % length !== 0 && !isLast) continue;
    const begin = Math.floor(frame / length) * length;
    points.push({ frame: begin, count: Math.round((sum / (frame - begin + 1)) * 100) / 100 });
    sum = 0;
  }
  return points;
}

export interface SeriesPoint {
  frame: number;
  /** The box's share of the picture, in percent. */
  area: number;
  score: number;
}

/** A track's size and score, thinned to at most `most` points. */
export function trackSeries(frames: readonly TrackFrame[], pixels: number, most = 240): SeriesPoint[] {
  const every = Math.max(1, Math.ceil(frames.length / most));
  return frames
    .filter((_, index) => index % every === 0)
    .map(({ frame_id, bbox, score }) => ({
      frame: frame_id,
      area: Math.round(((bbox[2] * bbox[3]) / pixels) * 10_000) / 100,
      score: Math.round(score * 1000) / 1000,
    }));
}
