import { afterEach, expect, it } from "vitest";

import { language, translator } from "@/i18n/i18n";
import { problemText } from "@/i18n/problems";

const problem = (slug: string) => ({ type: `/problems/${slug}`, title: "Title", detail: "In English.", status: 429 });
const told = (slug: string) => problemText(problem(slug), translator(language.get()));

afterEach(() => language.set("en"));

const TRANSLATED = [
  "too-many-requests",
  "storage-full",
  "out-of-memory",
  "unclear-text",
  "unknown-class",
  "out-of-range",
  "nothing-to-do",
  "no-example",
  "unknown-engine",
  "unusable-weights",
  "unreadable-video",
  "video-too-big",
];

it.each(TRANSLATED)("tells of %s in the reader's language", (slug) => {
  expect(told(slug)).toEqual({ title: "Title", detail: "In English." });
  language.set("ko");
  expect(`${told(slug).title} ${told(slug).detail}`).toMatch(/^[가-힣\d\s.,]+$/);
});

it("keeps the server's own words where there are no others", () => {
  language.set("ko");
  expect(told("invalid-input").detail).toBe("In English.");
});
