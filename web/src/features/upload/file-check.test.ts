import { expect, it } from "vitest";

import type { ServiceSettings } from "@/api/types";
import { checkLimits } from "@/features/upload/file-check";
import { translator } from "@/i18n/i18n";

const settings: ServiceSettings = {
  max_bytes: 1_000_000,
  max_seconds: 60,
  max_pixels: 2_000_000,
  max_frames: 1000,
  retention_days: null,
  version: "1",
  priorities: ["high", "normal", "low"],
};
const t = translator("en");
const check = (size: number, seconds = 10, pixels = 1000) => checkLimits({ size }, { seconds, pixels }, settings, t);

it("lets a file within the limits pass", () => {
  expect(check(1_000_000, 60, 2_000_000)).toBeNull();
  expect(checkLimits({ size: 5 }, null, settings, t)).toBeNull();
});

it("says what is wrong and what to do", () => {
  expect(check(2_000_000)?.detail).toBe("It has 2.0 MB; the limit is 1.0 MB. Cut it or compress it first.");
  expect(check(10, 61)?.title).toBe("This video is too long.");
  expect(check(10, 10, 3_000_000)?.detail).toContain("3.0 megapixels");
  expect(check(0)?.title).toBe("This file is empty.");
});

it("does not refuse a stream that has no stated length", () => {
  expect(check(10, Infinity)).toBeNull();
});
