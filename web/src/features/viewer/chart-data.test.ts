import { expect, it } from "vitest";

import type { Track } from "@/api/types";
import { countOverTime, trackSeries } from "@/features/viewer/chart-data";

const track = (id: number, segments: [number, number][]): Track => ({
  track_id: id,
  label: null,
  first_frame: 0,
  last_frame: 0,
  frame_total: 0,
  mean_score: 1,
  segments,
});

it("counts the objects in each frame", () => {
  const points = countOverTime(
    [
      track(1, [[0, 4]]),
      track(2, [
        [2, 3],
        [5, 6],
      ]),
    ],
    6,
  );
  expect(points.map((point) => point.count)).toEqual([1, 1, 2, 1, 0, 1]);
});

it("averages long videos into few points", () => {
  const points = countOverTime([track(1, [[0, 50_000]])], 100_000, 100);
  expect(points).toHaveLength(100);
  expect(points[0]).toEqual({ frame: 0, count: 1 });
  expect(points[99]).toEqual({ frame: 99_000, count: 0 });
});

it("has no points for no frames, and ignores what lies beyond the video", () => {
  expect(countOverTime([track(1, [[0, 4]])], 0)).toEqual([]);
  expect(countOverTime([track(1, [[9, 12]])], 2).map((point) => point.count)).toEqual([0, 0]);
});

it("thins a track and gives its size as a share of the picture", () => {
  const frames = Array.from({ length: 1000 }, (_, frame_id) => ({
    frame_id,
    bbox: [0, 0, 10, 5] as [number, number, number, number],
    score: 0.5,
  }));
  const points = trackSeries(frames, 1000, 100);
  expect(points).toHaveLength(100);
  expect(points[1]).toEqual({ frame: 10, area: 5, score: 0.5 });
});
