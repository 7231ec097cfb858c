import { beforeEach, expect, it } from "vitest";

import { Player } from "@/features/viewer/player";

type OnPicture = (now: number, metadata: { mediaTime: number }) => void;

/** A video element that shows what the test says. */
class PaperVideo extends EventTarget {
  readyState = 4;
  paused = true;
  ended = false;
  seeking = false;
  playbackRate = 1;
  loop = false;
  readonly seeks: number[] = [];
  private onPicture: OnPicture | null = null;
  private time = 0;

  get currentTime() {
    return this.time;
  }

  set currentTime(time: number) {
    this.time = time;
    this.seeking = true;
    this.seeks.push(time);
  }

  requestVideoFrameCallback(callback: OnPicture) {
    this.onPicture = callback;
    return 1;
  }

  cancelVideoFrameCallback() {
    this.onPicture = null;
  }

  /** As a browser does with a time beyond the duration that it knows. */
  clamp(time: number) {
    this.time = time;
  }

  arrive() {
    this.seeking = false;
    this.dispatchEvent(new Event("seeked"));
  }

  show(mediaTime: number) {
    this.onPicture?.(0, { mediaTime });
  }

  play() {
    this.paused = false;
    this.dispatchEvent(new Event("play"));
    return Promise.resolve();
  }

  pause() {
    this.paused = true;
    this.dispatchEvent(new Event("pause"));
  }
}

const times = [0, 0.1, 0.25, 0.3, 0.5];
let player: Player;
let video: PaperVideo;

beforeEach(() => {
  player = new Player();
  player.setTimes(times);
  video = new PaperVideo();
  player.attach(video as unknown as HTMLVideoElement);
});

it("takes the frame from the picture that is shown, not from the clock", () => {
  video.show(0.2501);
  expect(player.frame.get()).toBe(2);
  video.show(0.4999);
  expect(player.frame.get()).toBe(4);
});

it("seeks into the middle of a frame", () => {
  player.seek(2);
  expect(video.seeks).toEqual([0.275]);
  expect(player.current).toBe(2);
  expect(player.frame.get()).toBe(0);
  video.arrive();
  expect(player.frame.get()).toBe(2);
  expect(player.target.get()).toBeNull();
});

it("seeks once more where a file told too short a duration", () => {
  player.seek(4);
  video.clamp(0.31);
  video.arrive();
  expect(video.seeks).toHaveLength(2);
  expect(player.current).toBe(4);
  video.arrive();
  expect(player.frame.get()).toBe(4);
});

it("does not take the end of an earlier seek for that of the one under way", () => {
  player.seek(1);
  video.seeking = false;
  player.seek(4);
  video.clamp(0.31);
  video.dispatchEvent(new Event("seeked"));
  expect(video.seeks).toHaveLength(2);
  video.arrive();
  expect(video.seeks).toHaveLength(3);
  video.arrive();
  expect(player.frame.get()).toBe(4);
});

it("shows where it came to when a second try does not help", () => {
  player.seek(4);
  video.clamp(0.31);
  video.arrive();
  video.clamp(0.31);
  video.arrive();
  expect(video.seeks).toHaveLength(2);
  expect(player.frame.get()).toBe(3);
  expect(player.target.get()).toBeNull();
});

it("goes only to the last of many seeks", () => {
  for (const frame of [1, 2, 3, 4]) player.seek(frame);
  expect(video.seeks).toHaveLength(1);
  video.arrive();
  expect(video.seeks).toHaveLength(2);
  video.arrive();
  expect(player.frame.get()).toBe(4);
});

it("steps from where the visitor means to be, and stays inside the video", () => {
  player.step(1);
  player.step(1);
  expect(player.current).toBe(2);
  player.step(99);
  expect(player.current).toBe(4);
  player.step(-99);
  expect(player.current).toBe(0);
});

it("pauses for a step", async () => {
  await video.play();
  expect(player.playing.get()).toBe(true);
  player.step(1);
  expect(player.playing.get()).toBe(false);
});

it("stops at the picture that it was told of last", async () => {
  player.play();
  await Promise.resolve();
  video.show(0.25);
  player.pause();
  expect(video.seeks).toEqual([expect.closeTo(0.275)]);
  video.arrive();
  expect(player.frame.get()).toBe(2);
  expect(player.target.get()).toBeNull();
});

it("stays at the end when it has ended", () => {
  player.play();
  video.show(0.5);
  video.ended = true;
  video.pause();
  expect(video.seeks).toEqual([]);
});

it("counts frames without a video, while it is being prepared", () => {
  const alone = new Player();
  alone.setTimes(times);
  alone.seek(3);
  expect(alone.frame.get()).toBe(3);
  expect(alone.timeOf(3)).toBe(0.3);
});

it("carries out a seek from before the times were known", () => {
  const early = new Player();
  early.seek(3);
  early.setTimes(times);
  expect(early.frame.get()).toBe(3);
});

it("changes its speed in steps and keeps it for the element", () => {
  player.changeRate(1);
  expect(video.playbackRate).toBe(1.5);
  player.changeRate(-1);
  player.changeRate(-1);
  expect(video.playbackRate).toBe(0.5);
});
