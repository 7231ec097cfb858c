import { expect, it } from "vitest";

import { formatAgo, formatBytes, formatClock, formatDuration, formatFps, formatPercent } from "@/lib/format";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1738112, "1.7 MB"],
  [999_960, "1.0 MB"],
  [10_000_000_000, "10.0 GB"],
  [123_456_789, "123 MB"],
])("writes %d bytes as %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

it.each([
  [0, "0:00"],
  [75.9, "1:15"],
  [3675, "1:01:15"],
])("writes a length of %d s as %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));

it("writes a moment exactly enough to tell frames apart", () => {
  expect(formatClock(75.4)).toBe("1:15.400");
  expect(formatClock(59.9996)).toBe("1:00.000");
});

it("says 100 % only when all is done", () => {
  expect(formatPercent(0.9999)).toBe("99 %");
  expect(formatPercent(1)).toBe("100 %");
});

it("keeps frame rates short", () => {
  expect(formatFps(29.97)).toBe("30");
  expect(formatFps(23.976)).toBe("24");
  expect(formatFps(3.714)).toBe("3.71");
  expect(formatFps(412.3)).toBe("412");
});

it("tells how long ago in the reader's language", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  expect(formatAgo("2026-11-23T11:57:00Z", "en", now)).toBe("3 minutes ago");
  expect(formatAgo("2026-11-23T11:57:00Z", "ko", now)).toBe("3분 전");
  expect(formatAgo("2026-11-23T11:59:40Z", "en", now)).toBe("now");
});
