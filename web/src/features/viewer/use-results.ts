import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";

import { keys } from "@/api/keys";
import { chunkListQuery, fetchChunk, tracksQuery } from "@/api/results";
import type { Track, Video, VideoProgress } from "@/api/types";
import { timelineQuery } from "@/api/videos";
import { ChunkCache } from "@/features/viewer/chunk-cache";
import { orderTracks } from "@/features/viewer/track-order";
import type { ViewerModel } from "@/features/viewer/viewer-model";
import { useStore } from "@/lib/store";

export interface Results {
  /** The time of each frame; empty until it is known. */
  times: Float64Array;
  tracks: readonly Track[];
  tracksState: "pending" | "error" | "success";
  retryTracks: () => void;
  chunks: ChunkCache;
  jobId: string | null;
  complete: boolean;
}

const NO_TIMES = new Float64Array();
const NO_TRACKS: readonly Track[] = [];
const CATCH_UP_MS = 500;

/** What was found so far: grows while the job runs, and begins anew with a new job. */
export function useResults(video: Video, progress: VideoProgress | undefined, model: ViewerModel): Results {
  const client = useQueryClient();
  const caughtUp = useRef(0);
  const jobId = progress?.job_id ?? video.job_id;
  const framesReady = progress?.frames_ready ?? 0;
  const status = progress?.status ?? video.status;
  const hasResults = jobId !== null && (framesReady > 0 || status === "completed");

  const timeline = useQuery(timelineQuery(video.id));
  const tracks = useQuery({ ...tracksQuery(video.id, jobId), enabled: hasResults });
  const chunkList = useQuery({ ...chunkListQuery(jobId ?? ""), enabled: hasResults });
  const times = useMemo(() => (timeline.data ? Float64Array.from(timeline.data.times) : NO_TIMES), [timeline.data]);
  const chunks = useMemo(() => new ChunkCache((chunk) => fetchChunk(jobId ?? "", chunk)), [jobId]);

  const order = useStore(model.order);
  const ordered = useMemo(() => orderTracks(tracks.data?.items ?? NO_TRACKS, order), [tracks.data, order]);

  useEffect(() => model.player.setTimes(times), [model, times]);
  useEffect(() => chunks.setBounds(chunkList.data?.items ?? []), [chunks, chunkList.data]);
  useEffect(() => {
    if (!hasResults) return undefined;
    // Progress may come often; the lists are asked for at once, but not more than twice a second.
    const wait = Math.max(0, caughtUp.current + CATCH_UP_MS - performance.now());
    const timer = window.setTimeout(() => {
      caughtUp.current = performance.now();
      void client.invalidateQueries({ queryKey: keys.tracks(video.id) });
      void client.invalidateQueries({ queryKey: keys.chunks(jobId) });
    }, wait);
    return () => window.clearTimeout(timer);
  }, [client, video.id, jobId, hasResults, framesReady, status]);

  return {
    times,
    tracks: ordered,
    tracksState: hasResults ? tracks.status : "pending",
    retryTracks: () => void tracks.refetch(),
    chunks,
    jobId,
    complete: tracks.data?.complete ?? false,
  };
}
