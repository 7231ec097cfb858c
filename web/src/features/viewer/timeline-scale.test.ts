import { describe, expect, it } from "vitest";

import {
  clampWindow,
  positionAt,
  reveal,
  segmentRuns,
  tickStep,
  xOf,
  zoomWindow,
  type Scale,
} from "@/features/viewer/timeline-scale";

const scale: Scale = { window: { from: 100, to: 300 }, left: 50, width: 400 };

it("maps frames to pixels and back", () => {
  expect(xOf(scale, 100)).toBe(50);
  expect(xOf(scale, 300)).toBe(450);
  for (const frame of [100, 137, 250.5]) expect(positionAt(scale, xOf(scale, frame))).toBeCloseTo(frame);
});

describe("zooming", () => {
  it("leaves the frame under the pointer where it is", () => {
    const window = zoomWindow(scale.window, 0.5, 150, 1000);
    expect(window.to - window.from).toBe(100);
    expect(xOf({ ...scale, window }, 150)).toBeCloseTo(xOf(scale, 150));
  });

  it("ends at the whole video and at twenty frames", () => {
    expect(zoomWindow(scale.window, 100, 150, 1000)).toEqual({ from: 0, to: 1000 });
    const close = zoomWindow(scale.window, 1e-6, 150, 1000);
    expect(close.to - close.from).toBe(20);
  });

  it("stays inside the video", () => {
    expect(clampWindow({ from: -30, to: 70 }, 1000)).toEqual({ from: 0, to: 100 });
    expect(clampWindow({ from: 950, to: 1050 }, 1000)).toEqual({ from: 900, to: 1000 });
    expect(clampWindow({ from: 0, to: 100 }, 8)).toEqual({ from: 0, to: 8 });
  });
});

it("follows a playhead that leaves the window, and only then", () => {
  expect(reveal(scale.window, 200, 1000)).toBe(scale.window);
  const moved = reveal(scale.window, 300, 1000);
  expect(moved.from).toBeLessThanOrEqual(300);
  expect(moved.to).toBeGreaterThan(300);
  expect(reveal(scale.window, 20, 1000)).toEqual({ from: 0, to: 200 });
});

it("keeps the marks of time apart", () => {
  expect(tickStep(9, 800)).toBe(1);
  expect(tickStep(3600, 800)).toBe(600);
  for (const seconds of [0.5, 7, 100, 86_400]) {
    expect((tickStep(seconds, 800) / seconds) * 800).toBeGreaterThanOrEqual(80);
  }
});

describe("a lane", () => {
  it("shows the segments in the window, cut to it", () => {
    expect(
      segmentRuns(scale, [
        [0, 110],
        [150, 160],
        [290, 900],
        [950, 960],
      ]),
    ).toEqual([
      [50, 70],
      [150, 170],
      [430, 450],
    ]);
  });

  it("joins what a pixel cannot part, so that a hundred thousand segments stay cheap", () => {
    const segments = Array.from({ length: 50_000 }, (_, index) => [index * 2, index * 2 + 1] as const);
    const runs = segmentRuns({ window: { from: 0, to: 100_000 }, left: 0, width: 500 }, segments);
    expect(runs).toEqual([[0, 500]]);
  });
});
