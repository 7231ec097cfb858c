import type { QueryClient } from "@tanstack/react-query";

import { get } from "@/api/client";
import { keys } from "@/api/keys";
import { toProblem } from "@/api/problem";
import { reachability } from "@/api/reachability";
import type { Video } from "@/api/types";
import { cachedVideo, dropVideo, replaceVideo } from "@/api/videos";
import { createStore } from "@/lib/store";

/** "stream": the server tells us of changes; "poll": we ask every two seconds. */
export const liveMode = createStore<"stream" | "poll">("poll");

export const POLL_SECONDS = 2;
const GATHER_MS = 150;
const REOPEN_MS = 3000;
const CHANGING = new Set<unknown>(["videos", "video", "progress", "tracks", "chunks", "jobs"]);

/** Asks again for exactly what changed, instead of every page of every list. */
async function refresh(client: QueryClient, id: string): Promise<void> {
  void client.invalidateQueries({ queryKey: keys.progress(id) });
  const before = cachedVideo(client, id);
  try {
    const video = await get<Video>(`/videos/${id}`);
    replaceVideo(client, video);
    if (before?.status === video.status) return;
  } catch (error) {
    if (toProblem(error).status !== 404) return;
    dropVideo(client, id);
  }
  void client.invalidateQueries({ queryKey: keys.videoLists });
}

function changedIds(data: unknown): string[] {
  if (typeof data !== "string") return [];
  const value = JSON.parse(data) as { video_ids?: string[] };
  return value.video_ids ?? [];
}

/**
 * Keeps the caches fresh through one event stream for the whole page. A hidden tab closes its stream, because a browser
 * allows six connections to a server in all. Answers the function that ends it.
 */
export function followEvents(client: QueryClient): () => void {
  let source: EventSource | null = null;
  let gathered = new Set<string>();
  let gatherTimer = 0;
  let reopenTimer = 0;
  let opened = false;

  const flush = () => {
    gatherTimer = 0;
    const ids = [...gathered];
    gathered = new Set();
    void client.invalidateQueries({ queryKey: keys.jobLists });
    for (const id of ids) void refresh(client, id);
  };
  const close = () => {
    window.clearTimeout(reopenTimer);
    source?.close();
    source = null;
    liveMode.set("poll");
  };
  const open = () => {
    if (source || document.hidden) return;
    source = new EventSource("/api/events");
    source.onopen = () => {
      liveMode.set("stream");
      reachability.set(true);
      // What happened while nobody listened is not told again.
      if (opened) void client.invalidateQueries({ predicate: (query) => CHANGING.has(query.queryKey[0]) });
      opened = true;
    };
    source.onerror = () => {
      close();
      // A stream may end for many reasons; this tells whether the server is away.
      get("/health").catch(() => undefined);
      reopenTimer = window.setTimeout(open, REOPEN_MS);
    };
    source.addEventListener("videos", (event: MessageEvent) => {
      for (const id of changedIds(event.data)) gathered.add(id);
      if (gatherTimer === 0) gatherTimer = window.setTimeout(flush, GATHER_MS);
    });
  };
  const onVisibility = () => (document.hidden ? close() : open());

  document.addEventListener("visibilitychange", onVisibility);
  open();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    window.clearTimeout(gatherTimer);
    close();
  };
}
