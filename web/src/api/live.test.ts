import { QueryClient, type InfiniteData } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { keys } from "@/api/keys";
import { followEvents, liveMode } from "@/api/live";
import type { Page, Video } from "@/api/types";
import { Refusal, serve } from "@/testing/render";
import { video } from "@/testing/samples";

/** An event stream that says what the test lets it say. */
class PaperSource extends EventTarget {
  static readonly all: PaperSource[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    super();
    PaperSource.all.push(this);
  }

  close() {
    this.closed = true;
  }

  changed(...ids: string[]) {
    this.dispatchEvent(new MessageEvent("videos", { data: JSON.stringify({ video_ids: ids }) }));
  }
}

let client: QueryClient;
let stop: () => void;
const source = () => PaperSource.all.at(-1);
const names = () =>
  client
    .getQueryData<InfiniteData<Page<Video>>>(keys.videoList({}))
    ?.pages.flatMap((page) => page.items.map((item) => item.original_filename));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", PaperSource);
  PaperSource.all.length = 0;
  client = new QueryClient();
  client.setQueryData(keys.videoList({}), {
    pages: [{ items: [video(), video({ id: "v2", original_filename: "cat.mp4" })], next_cursor: null, total: 2 }],
    pageParams: [null],
  });
  stop = followEvents(client);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("asks for exactly the videos that changed, once for many events", async () => {
  const requests = serve({ "GET /videos/v1": video({ original_filename: "renamed.mp4" }) });
  source()?.changed("v1");
  source()?.changed("v1");
  await vi.advanceTimersByTimeAsync(1000);
  expect(requests.map((request) => request.key)).toEqual(["GET /videos/v1"]);
  expect(names()).toEqual(["renamed.mp4", "cat.mp4"]);
});

it("takes a deleted video out of the lists", async () => {
  serve({ "GET /videos/v2": new Refusal(404, { title: "Not found", status: 404 }) });
  source()?.changed("v2");
  await vi.advanceTimersByTimeAsync(1000);
  expect(names()).toEqual(["dog.mp4"]);
});

it("polls while there is no stream, and opens a new one after a while", async () => {
  serve({ "GET /health": {} });
  source()?.onopen?.();
  expect(liveMode.get()).toBe("stream");
  source()?.onerror?.();
  expect(liveMode.get()).toBe("poll");
  expect(source()?.closed).toBe(true);
  await vi.advanceTimersByTimeAsync(5000);
  expect(PaperSource.all).toHaveLength(2);
});

it("gives its connection back while the tab is hidden", () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(source()?.closed).toBe(true);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(PaperSource.all).toHaveLength(2);
});
