import { expect, it, vi } from "vitest";

import type { Chunk } from "@/api/types";
import { ChunkCache } from "@/features/viewer/chunk-cache";

const bounds = Array.from({ length: 100 }, (_, chunk) => ({ chunk, start: chunk * 64, stop: (chunk + 1) * 64 }));

function chunk(number: number): Chunk {
  const frames = Array.from({ length: 64 }, (_, index) => ({ frame_id: number * 64 + index, time: 0, objects: [] }));
  return { start: number * 64, stop: (number + 1) * 64, frames };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

it("loads the chunk that is wanted, the next two and the one before, once each", async () => {
  const load = vi.fn((number: number) => Promise.resolve(chunk(number)));
  const cache = new ChunkCache(load);
  cache.setBounds(bounds);
  cache.want(64 * 10 + 5);
  cache.want(64 * 10 + 6);
  await settled();
  expect(load.mock.calls.map(([number]) => number)).toEqual([10, 11, 12, 9]);
  expect(cache.at(645)?.frame_id).toBe(645);
  expect(cache.at(64 * 40)).toBeUndefined();
});

it("wakes its watchers when a chunk arrives", async () => {
  const cache = new ChunkCache((number) => Promise.resolve(chunk(number)));
  cache.setBounds(bounds);
  const before = cache.version.get();
  cache.want(0);
  await settled();
  expect(cache.version.get()).toBeGreaterThan(before);
});

it("never keeps more than a dozen chunks", async () => {
  const cache = new ChunkCache((number) => Promise.resolve(chunk(number)));
  cache.setBounds(bounds);
  for (let number = 0; number < 100; number += 1) {
    cache.want(number * 64);
    await settled();
  }
  const kept = bounds.filter(({ start }) => cache.at(start) !== undefined);
  expect(kept.length).toBeLessThanOrEqual(12);
  expect(cache.at(99 * 64)).toBeDefined();
  expect(cache.at(0)).toBeUndefined();
});

it("asks again, after a while, for a chunk that could not be had", async () => {
  vi.useFakeTimers();
  const load = vi.fn(() => Promise.reject(new Error("away")));
  const cache = new ChunkCache(load);
  cache.setBounds(bounds.slice(0, 1));
  cache.want(0);
  await vi.advanceTimersByTimeAsync(10);
  cache.want(0);
  expect(load).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(5000);
  cache.want(0);
  expect(load).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});

it("knows nothing of frames that are not tracked yet", () => {
  const load = vi.fn((number: number) => Promise.resolve(chunk(number)));
  const cache = new ChunkCache(load);
  cache.want(5);
  expect(cache.at(5)).toBeUndefined();
  expect(load).not.toHaveBeenCalled();
});
