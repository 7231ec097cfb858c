import { expect, it } from "vitest";

import { en } from "@/i18n/en";
import { fill, translator, type Key } from "@/i18n/i18n";
import { ko } from "@/i18n/ko";

const keys = Object.keys(en) as Key[];
const places = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();

it("has every word in both languages", () => {
  expect(Object.keys(ko).sort()).toEqual([...keys].sort());
  expect(keys.filter((key) => ko[key].trim() === "" || en[key].trim() === "")).toEqual([]);
});

it("fills the same places in both languages", () => {
  expect(keys.filter((key) => places(en[key]).join() !== places(ko[key]).join())).toEqual([]);
});

it("speaks Korean wherever words are not names", () => {
  const alike = keys.filter((key) => en[key] === ko[key]);
  expect(alike).toEqual(["common.fps"]);
});

it("parts one from several", () => {
  const t = translator("en");
  expect(t("dashboard.ahead", { count: 1 })).toBe("1 video ahead");
  expect(t("dashboard.ahead", { count: 3 })).toBe("3 videos ahead");
  expect(translator("ko")("dashboard.ahead", { count: 1 })).toBe("앞에 1개");
});

it("leaves a place open that nobody filled", () => {
  expect(fill("{a} and {b}", { a: 1 }, "en")).toBe("1 and {b}");
});
