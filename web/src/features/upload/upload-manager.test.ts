import { beforeEach, expect, it } from "vitest";

import type { Problem } from "@/api/problem";
import type { InterruptedUpload, TransferListener } from "@/features/upload/tus-transfer";
import { UploadManager, type Transfer, type UploadWorld } from "@/features/upload/upload-manager";

/** A world without a network: each transfer waits for the test to say what happens to it. */
class PaperWorld implements UploadWorld {
  readonly transfers: (Transfer & { file: File; listener: TransferListener; log: string[] })[] = [];
  readonly forgotten: string[] = [];
  interrupted: InterruptedUpload[] = [];
  problem: Problem | null = null;
  clock = 0;

  transfer: UploadWorld["transfer"] = (file, _choice, listener) => {
    const log: string[] = [];
    const transfer = {
      file,
      listener,
      log,
      start: () => Promise.resolve(void log.push("start")),
      pause: () => void log.push("pause"),
      cancel: () => Promise.resolve(void log.push("cancel")),
    };
    this.transfers.push(transfer);
    return transfer;
  };
  check = () => Promise.resolve(this.problem);
  findInterrupted = () => Promise.resolve(this.interrupted);
  interruptedKeyOf = (file: File) =>
    Promise.resolve(this.interrupted.find((found) => found.name === file.name)?.key ?? null);
  forgetInterrupted = (key: string) => Promise.resolve(void this.forgotten.push(key));
  now = () => this.clock;
}

let world: PaperWorld;
let manager: UploadManager;
const file = (name: string) => new File(["0123456789"], name);
const phases = () => manager.items.get().map((item) => item.phase);
const at = <Value>(values: readonly Value[], index: number): Value => {
  const value = values[index];
  if (value === undefined) throw new Error(`There is no ${index}.`);
  return value;
};

beforeEach(() => {
  world = new PaperWorld();
  manager = new UploadManager(world);
});

it("sends two at once and the third when one is done", async () => {
  await manager.add([file("a"), file("b"), file("c")], {});
  expect(phases()).toEqual(["sending", "sending", "queued"]);
  at(world.transfers, 0).listener.onDone("video-1", false);
  expect(phases()).toEqual(["done", "sending", "sending"]);
  expect(at(manager.items.get(), 0).videoId).toBe("video-1");
});

it("refuses a file before sending a byte of it", async () => {
  world.problem = { type: "/problems/too-large", title: "Too large", detail: "", status: 413 };
  await manager.add([file("a")], {});
  expect(phases()).toEqual(["failed"]);
  expect(world.transfers).toEqual([]);
});

it("hears nothing more of a transfer that was paused", async () => {
  await manager.add([file("a")], {});
  const first = at(world.transfers, 0);
  manager.pause(at(manager.items.get(), 0).id);
  first.listener.onProgress(5);
  expect(first.log).toEqual(["start", "pause"]);
  expect(phases()).toEqual(["paused"]);
});

it("resumes with a new transfer of the same file", async () => {
  await manager.add([file("a")], {});
  const { id } = at(manager.items.get(), 0);
  manager.pause(id);
  manager.resume(id);
  expect(phases()).toEqual(["sending"]);
  expect(at(world.transfers, 1).file.name).toBe("a");
});

it("shows what an earlier visit left, and takes it up when the file is chosen again", async () => {
  world.interrupted = [{ key: "tus::1", name: "long.mp4", size: 10, sent: 4 }];
  await manager.restore();
  expect(at(manager.items.get(), 0)).toMatchObject({ phase: "interrupted", sent: 4 });
  await manager.add([file("long.mp4")], {});
  expect(manager.items.get()).toHaveLength(1);
  expect(phases()).toEqual(["sending"]);
});

it("leaves nothing behind when an interrupted upload is given up", async () => {
  world.interrupted = [{ key: "tus::1", name: "long.mp4", size: 10, sent: 4 }];
  await manager.restore();
  await manager.cancel("tus::1");
  expect(world.forgotten).toEqual(["tus::1"]);
  expect(manager.items.get()).toEqual([]);
});

it("ends a running transfer at the server when it is cancelled, and starts the next", async () => {
  await manager.add([file("a"), file("b"), file("c")], {});
  await manager.cancel(at(manager.items.get(), 0).id);
  expect(at(world.transfers, 0).log).toEqual(["start", "cancel"]);
  expect(phases()).toEqual(["sending", "sending"]);
});

it("tells once of each upload that became a video", async () => {
  const told: (string | null)[] = [];
  manager.onFinished((item) => told.push(item.videoId));
  await manager.add([file("a")], {});
  at(world.transfers, 0).listener.onDone("v", true);
  at(world.transfers, 0).listener.onDone("v", true);
  expect(told).toEqual(["v"]);
  expect(phases()).toEqual(["duplicate"]);
  expect(manager.busy).toBe(false);
});

it("keeps the server's own words when it refuses a video", async () => {
  await manager.add([file("a")], {});
  const problem = {
    type: "/problems/unreadable-video",
    title: "This is not a video.",
    detail: "Choose another.",
    status: 422,
  };
  at(world.transfers, 0).listener.onFailed(problem);
  expect(at(manager.items.get(), 0)).toMatchObject({ phase: "failed", problem });
});
