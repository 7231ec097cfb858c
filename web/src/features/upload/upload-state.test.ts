import { expect, it } from "vitest";

import {
  nextToStart,
  reduceUploads,
  uploadSecondsLeft,
  uploadSpeed,
  type UploadAction,
  type UploadItem,
} from "@/features/upload/upload-state";

const added = (id: string, size = 1000): UploadAction => ({
  type: "added",
  item: { id, name: `${id}.mp4`, size, choice: {} },
});

function after(...actions: UploadAction[]): readonly UploadItem[] {
  return actions.reduce<readonly UploadItem[]>(reduceUploads, []);
}

function only(items: readonly UploadItem[]): UploadItem {
  const [item] = items;
  if (!item || items.length !== 1) throw new Error("There should be one upload.");
  return item;
}

it("starts the first ones queued, up to the limit", () => {
  const items = after(added("a"), added("b"), added("c"), { type: "started", id: "a" });
  expect(nextToStart(items, 2).map((item) => item.id)).toEqual(["b"]);
  expect(nextToStart(items, 1)).toEqual([]);
});

it("measures speed over the last seconds alone", () => {
  const item = only(
    after(
      added("a", 10_000),
      { type: "started", id: "a" },
      { type: "progressed", id: "a", sent: 10, at: 0 },
      { type: "progressed", id: "a", sent: 4000, at: 20_000 },
      { type: "progressed", id: "a", sent: 6000, at: 22_000 },
    ),
  );
  expect(uploadSpeed(item)).toBe(1000);
  expect(uploadSecondsLeft(item)).toBe(4);
});

it("does not guess a speed from one moment", () => {
  const item = only(after(added("a"), { type: "progressed", id: "a", sent: 10, at: 5 }));
  expect(uploadSpeed(item)).toBeNull();
  expect(uploadSecondsLeft(item)).toBeNull();
});

it("does not count a pause as slowness", () => {
  const item = only(
    after(
      added("a"),
      { type: "progressed", id: "a", sent: 100, at: 0 },
      { type: "paused", id: "a" },
      { type: "requeued", id: "a" },
      { type: "started", id: "a" },
      { type: "progressed", id: "a", sent: 200, at: 900_000 },
      { type: "progressed", id: "a", sent: 300, at: 901_000 },
    ),
  );
  expect(uploadSpeed(item)).toBe(100);
});

it("keeps what was sent through a lost connection and goes on from there", () => {
  const lost = only(after(added("a"), { type: "progressed", id: "a", sent: 400, at: 1 }, { type: "lost", id: "a" }));
  expect(lost).toMatchObject({ phase: "waiting", sent: 400 });
  expect(only(reduceUploads([lost], { type: "progressed", id: "a", sent: 500, at: 2 })).phase).toBe("sending");
});

it("knows a duplicate from a new video", () => {
  const finished = (duplicate: boolean) =>
    only(after(added("a"), { type: "finished", id: "a", videoId: "v", duplicate }));
  expect(finished(true)).toMatchObject({ phase: "duplicate", videoId: "v", sent: 1000 });
  expect(finished(false).phase).toBe("done");
});

it("cannot pause what is over, and clears only that", () => {
  const items = after(
    added("a"),
    added("b"),
    { type: "finished", id: "a", videoId: "v", duplicate: false },
    { type: "paused", id: "a" },
  );
  expect(items[0]?.phase).toBe("done");
  expect(reduceUploads(items, { type: "cleared" }).map((item) => item.id)).toEqual(["b"]);
});
