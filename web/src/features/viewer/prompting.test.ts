import { expect, it } from "vitest";

import { NO_PROMPTS, anotherObject, boxed, pixelAt, pointed, removed, undone } from "@/features/viewer/prompting";

const on = { x: 10, y: 20, inside: true };
const beside = { x: 30, y: 40, inside: false };

it("gathers the marks of one object in one frame in one prompt", () => {
  const state = boxed(pointed(pointed(NO_PROMPTS, 5, on), 5, beside), 5, [0, 0, 50, 60]);
  expect(state.prompts).toEqual([{ object: 1, frame: 5, points: [on, beside], box: [0, 0, 50, 60] }]);
});

it("keeps a box when points come after it, and takes a new one in its place", () => {
  const state = boxed(pointed(boxed(NO_PROMPTS, 5, [0, 0, 5, 5]), 5, beside), 5, [1, 1, 6, 6]);
  expect(state.prompts).toEqual([{ object: 1, frame: 5, points: [beside], box: [1, 1, 6, 6] }]);
});

it("takes no point beside an object that is not shown in that frame", () => {
  expect(pointed(NO_PROMPTS, 5, beside)).toBe(NO_PROMPTS);
  const shown = pointed(NO_PROMPTS, 4, on);
  expect(pointed(shown, 5, beside)).toBe(shown);
});

it("corrects the same object in another frame, and begins another", () => {
  const corrected = pointed(pointed(NO_PROMPTS, 5, on), 2, on);
  const another = pointed(anotherObject(corrected), 0, on);
  expect(another.prompts.map(({ object, frame }) => [object, frame])).toEqual([
    [1, 2],
    [1, 5],
    [2, 0],
  ]);
});

it("begins no second object before the first has a mark", () => {
  expect(anotherObject(NO_PROMPTS).object).toBe(1);
});

it("undoes marks and removals one after the other, to the beginning", () => {
  const marked = pointed(pointed(NO_PROMPTS, 5, on), 5, beside);
  const without = removed(marked, 1, 5);
  expect(without.prompts).toEqual([]);
  expect(undone(without).prompts).toEqual(marked.prompts);
  expect(undone(undone(undone(without))).prompts).toEqual([]);
  expect(undone(NO_PROMPTS)).toBe(NO_PROMPTS);
});

it.each([
  [0, 640, 1920, 0],
  [320, 640, 1920, 960],
  [640, 640, 1920, 1920],
  [-3, 640, 1920, 0],
  [700, 640, 1920, 1920],
  [100, 333, 1080, 324.32],
])("puts %d of %d on the screen at a pixel of %d", (offset, extent, pixels, expected) => {
  expect(pixelAt(offset, extent, pixels)).toBe(expected);
});
