import { expect, it } from "vitest";

import { translator } from "@/i18n/i18n";
import { spanText } from "@/i18n/span";

it.each([
  [0.2, "1 s", "1초"],
  [89, "89 s", "89초"],
  [90, "2 min", "2분"],
  [3600, "60 min", "60분"],
  [7200, "2 h", "2시간"],
  [9000, "2 h 30 min", "2시간 30분"],
])("rounds a wait of %d s up to %s", (seconds, english, korean) => {
  expect(spanText(seconds, translator("en"))).toBe(english);
  expect(spanText(seconds, translator("ko"))).toBe(korean);
});
