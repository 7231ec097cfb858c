import { expect, it, vi } from "vitest";

import type { Track } from "@/api/types";
import { nextEvent } from "@/features/viewer/events";
import { pointed } from "@/features/viewer/prompting";
import { SHORTCUTS, shortcutFor } from "@/features/viewer/shortcuts";
import { createViewerModel } from "@/features/viewer/viewer-model";

const press = (code: string, part: Partial<KeyboardEvent> = {}) => ({
  code,
  key: "",
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...part,
});

const track = (id: number, start: number, stop: number): Track => ({
  track_id: id,
  label: null,
  first_frame: start,
  last_frame: stop - 1,
  frame_total: stop - start,
  mean_score: 1,
  segments: [[start, stop]],
});

function scene() {
  const model = createViewerModel();
  model.player.setTimes(Array.from({ length: 100 }, (_, index) => index / 25));
  return { model, tracks: [track(1, 0, 30), track(2, 50, 100)], frameCount: 100, openHelp: vi.fn() };
}

it("gives no key to two actions", () => {
  const codes = SHORTCUTS.flatMap((shortcut) => shortcut.codes);
  expect(new Set(codes).size).toBe(codes.length);
});

it("works by the place of the key, so that Hangul letters do not matter", () => {
  expect(shortcutFor(press("KeyK", { key: "ㅏ" }))?.title).toBe("keys.play");
});

it("leaves the browser its own", () => {
  expect(shortcutFor(press("KeyR", { ctrlKey: true }))).toBeUndefined();
  expect(shortcutFor(press("KeyL", { metaKey: true }))).toBeUndefined();
});

it("takes the tool up, begins the next object, undoes, and lets go", () => {
  const here = scene();
  const { prompting } = here.model;
  shortcutFor(press("KeyN"))?.run(here);
  expect(prompting.get().active).toBe(true);
  prompting.update((state) => pointed(state, 0, { x: 1, y: 1, inside: true }));
  shortcutFor(press("KeyN"))?.run(here);
  expect(prompting.get().object).toBe(2);
  shortcutFor(press("KeyZ", { metaKey: true }))?.run(here);
  expect(prompting.get().prompts).toEqual([]);
  shortcutFor(press("Escape"))?.run(here);
  expect(prompting.get().active).toBe(false);
});

it("steps one and ten frames", () => {
  const here = scene();
  shortcutFor(press("KeyF"))?.run(here);
  shortcutFor(press("ArrowRight", { shiftKey: true }))?.run(here);
  shortcutFor(press("Comma"))?.run(here);
  expect(here.model.player.current).toBe(10);
});

it("jumps between the beginnings and ends of tracks", () => {
  const { tracks } = scene();
  expect(nextEvent(tracks, 0, 1)).toBe(29);
  expect(nextEvent(tracks, 29, 1)).toBe(50);
  expect(nextEvent(tracks, 29, -1)).toBe(0);
  expect(nextEvent(tracks, 99, 1)).toBeNull();
});

it("hides, shows alone and shows all", () => {
  const here = scene();
  shortcutFor(press("ArrowDown"))?.run(here);
  shortcutFor(press("KeyH"))?.run(here);
  expect([...here.model.selection.get().hidden]).toEqual([1]);
  shortcutFor(press("KeyS"))?.run(here);
  expect(here.model.selection.get().solo).toBe(1);
  shortcutFor(press("KeyA"))?.run(here);
  expect(here.model.selection.get()).toMatchObject({ solo: null, selected: 1 });
  expect(here.model.selection.get().hidden.size).toBe(0);
});

it("opens the help wherever the question mark lies", () => {
  const here = scene();
  shortcutFor(press("Minus", { key: "?", shiftKey: true }))?.run(here);
  expect(here.openHelp).toHaveBeenCalledOnce();
});
