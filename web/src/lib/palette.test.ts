import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import colours from "@/lib/palette.json";
import { inkOn, scoreColour, trackColour } from "@/lib/palette";

it("is the palette of the annotated video", () => {
  expect(colours).toEqual(JSON.parse(readFileSync("../src/sammot/video/palette.json", "utf8")));
});

it("gives a track one colour, whatever else there is", () => {
  expect(trackColour(1)).toBe(colours[0]);
  expect(trackColour(3)).toBe(trackColour(3 + colours.length));
  expect(new Set(colours).size).toBe(colours.length);
  expect(colours.length).toBeGreaterThanOrEqual(20);
});

it("writes dark on light colours and light on dark ones", () => {
  expect(inkOn("#ffffff")).toBe("#0b0b0f");
  expect(inkOn("#101080")).toBe("#ffffff");
});

it("goes from red to green with the score", () => {
  expect(scoreColour(0)).toBe("#e8553f");
  expect(scoreColour(1)).toBe("#1fc8a5");
  expect(scoreColour(7)).toBe(scoreColour(1));
});
