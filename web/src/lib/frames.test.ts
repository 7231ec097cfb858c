import { describe, expect, it } from "vitest";

import { frameAt, momentInside, nearestFrame, spanAt } from "@/lib/frames";

/** A phone's variable frame rate: no two frames are equally long. */
const times = Array.from({ length: 500 }, (_, index) => index / 30 + Math.sin(index) * 0.012);

describe("a frame and its time", () => {
  it("finds every frame back from the moment inside it", () => {
    for (let frame = 0; frame < times.length; frame += 1) {
      expect(frameAt(times, momentInside(times, frame))).toBe(frame);
      expect(nearestFrame(times, times[frame] ?? 0)).toBe(frame);
    }
  });

  it("forgives the browser's rounding of a frame's own time", () => {
    expect(frameAt([0, 0.033333, 0.066667], 0.03333)).toBe(1);
    expect(nearestFrame([0, 0.033333, 0.066667], 0.0666)).toBe(2);
  });

  it("keeps to the ends", () => {
    expect(frameAt([0.5, 1], 0)).toBe(0);
    expect(frameAt([0.5, 1], 9)).toBe(1);
    expect(frameAt([], 3)).toBe(0);
  });

  it("has a moment inside the last frame and inside the only one", () => {
    expect(momentInside([0, 0.1, 0.2], 2)).toBeCloseTo(0.25);
    expect(momentInside([0.4], 0)).toBeCloseTo(0.4);
  });
});

describe("a span", () => {
  const spans = [
    { start: 0, stop: 16 },
    { start: 16, stop: 64 },
    { start: 64, stop: 128 },
  ];
  it("holds its first frame and not its stop", () => {
    expect(spanAt(spans, 0)).toBe(0);
    expect(spanAt(spans, 15)).toBe(0);
    expect(spanAt(spans, 16)).toBe(1);
    expect(spanAt(spans, 127)).toBe(2);
    expect(spanAt(spans, 128)).toBe(-1);
    expect(spanAt([], 0)).toBe(-1);
  });
});
