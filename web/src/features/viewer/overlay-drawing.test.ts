import { expect, it } from "vitest";

import type { FrameObject } from "@/api/types";
import { drawMasks } from "@/features/viewer/mask-picture";
import { colourOf, describeMasks, trackAt, visibleObjects } from "@/features/viewer/overlay-drawing";
import type { Selection, ViewOptions } from "@/features/viewer/viewer-model";
import { trackColour } from "@/lib/palette";

const options: ViewOptions = { masks: true, boxes: true, ids: true, trails: false, opacity: 0.4, colourBy: "id" };
const nothing: Selection = { hovered: null, selected: null, solo: null, hidden: new Set() };

/** COCO's counts for runs that are all below 16 and written without differences (the first three). */
const counts = (...runs: number[]) => runs.map((run) => String.fromCharCode(48 + run)).join("");

function object(id: number, part: Partial<FrameObject> = {}): FrameObject {
  return {
    track_id: id,
    bbox: [0, 0, 4, 4],
    mask: null,
    score: 1,
    state: "reliable",
    origin: "detected",
    label: null,
    ...part,
  };
}

it("draws the track that is pointed at on top, and none that is hidden", () => {
  const frame = { frame_id: 0, time: 0, objects: [object(1), object(2), object(3)] };
  const ids = (selection: Partial<Selection>) =>
    visibleObjects(frame, { ...nothing, ...selection }).map((shown) => shown.track_id);
  expect(ids({ hovered: 1 })).toEqual([2, 3, 1]);
  expect(ids({ selected: 2, hovered: 3 })).toEqual([1, 2, 3]);
  expect(ids({ hidden: new Set([2]) })).toEqual([1, 3]);
  expect(ids({ solo: 2, hidden: new Set([2]) })).toEqual([2]);
});

it("colours by object, by score, and lost ones grey", () => {
  expect(colourOf(object(3), options)).toBe(trackColour(3));
  expect(colourOf(object(3, { score: 0 }), { ...options, colourBy: "score" })).toBe("#e8553f");
  expect(colourOf(object(3, { state: "lost" }), options)).toBe("#8a8f98");
});

it("finds the object under the pointer by its mask before its box", () => {
  // A picture 4 high: the small object covers column 0, the large one's box covers all.
  const small = object(1, { bbox: [0, 0, 1, 4], mask: { size: [4, 4], counts: counts(0, 4, 12) } });
  const large = object(2, { bbox: [0, 0, 4, 4], mask: { size: [4, 4], counts: counts(8, 4, 4) } });
  expect(trackAt([small, large], 0.5, 1)).toBe(1);
  expect(trackAt([small, large], 2.5, 1)).toBe(2);
  expect(trackAt([small, large], 1.5, 1)).toBe(2);
  expect(trackAt([small, large], 9, 9)).toBeNull();
});

it("fills a mask with its colour and rims it", () => {
  const full = object(1, { mask: { size: [3, 5], counts: counts(0, 15) } });
  const half = object(2, { mask: { size: [3, 5], counts: counts(9, 6) } });
  const spec = describeMasks([full, half], options, nothing, { width: 5, height: 3 });
  const pixels = drawMasks(spec);
  const alpha = (x: number, y: number) => pixels[(y * 5 + x) * 4 + 3];
  expect(alpha(0, 1)).toBe(Math.round(0.4 * 255));
  expect(alpha(2, 1)).toBe(235);
  expect(alpha(3, 1)).toBe(235);
  expect(alpha(4, 1)).toBe(Math.round(0.4 * 255));
});
