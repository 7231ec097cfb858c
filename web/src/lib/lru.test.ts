import { expect, it } from "vitest";

import { LruMap } from "@/lib/lru";

it("forgets what was not used for longest", () => {
  const gone: number[] = [];
  const map = new LruMap<string, number>(2, (value) => gone.push(value));
  map.set("a", 1);
  map.set("b", 2);
  map.get("a");
  map.set("c", 3);
  expect(map.has("a")).toBe(true);
  expect(map.has("b")).toBe(false);
  expect(gone).toEqual([2]);
  map.clear();
  expect(gone.sort()).toEqual([1, 2, 3]);
  expect(map.size).toBe(0);
});
