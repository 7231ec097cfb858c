import { afterEach, expect, it } from "vitest";

import { failureText } from "@/i18n/failures";
import { language } from "@/i18n/i18n";

afterEach(() => language.set("en"));

it("is what the service says, in English", () => {
  expect(failureText("out-of-memory", "The model ran out of memory on cuda.")).toBe(
    "The model ran out of memory on cuda.",
  );
});

it("is known by its code in Korean, whatever the words", () => {
  language.set("ko");
  const text = failureText("out-of-memory", "The model ran out of memory on cuda.");
  expect(text).toMatch(/메모리/);
  expect(failureText("out-of-memory", "Other words.")).toBe(text);
});

it.each(["RuntimeError", null, undefined])("has words in Korean for a code that nobody foresaw: %s", (code) => {
  language.set("ko");
  expect(failureText(code, "The motion step failed.")).toMatch(/다시 시도/);
});

it("is empty where nothing failed", () => {
  expect(failureText(null, null)).toBe("");
});
