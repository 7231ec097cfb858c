import { queryOptions } from "@tanstack/react-query";

import { get, http } from "@/api/client";
import { keys } from "@/api/keys";
import type { Chunk, ChunkList, RenderStatus, Result, TrackFrame, TrackList } from "@/api/types";

/** `jobId` only parts the answers of one job from those of the next. */
export function tracksQuery(videoId: string, jobId: string | null) {
  return queryOptions({
    queryKey: [...keys.tracks(videoId), jobId],
    queryFn: ({ signal }) => get<TrackList>(`/videos/${videoId}/tracks`, { signal }),
  });
}

export function chunkListQuery(jobId: string) {
  return queryOptions({
    queryKey: keys.chunks(jobId),
    queryFn: ({ signal }) => get<ChunkList>(`/jobs/${jobId}/chunks`, { signal }),
  });
}

/** A chunk never changes, so the browser's own cache may keep it for ever. */
export function fetchChunk(jobId: string, chunk: number): Promise<Chunk> {
  return get<Chunk>(`/jobs/${jobId}/chunks/${chunk}`);
}

/** The boxes and scores of one track, without its masks. */
export function trackSeriesQuery(videoId: string, jobId: string | null, trackId: number) {
  return queryOptions({
    queryKey: [...keys.trackSeries(videoId, trackId), jobId],
    queryFn: async ({ signal }): Promise<TrackFrame[]> => {
      const params = { track_id: trackId, mask: "none" };
      const result = await get<Result>(`/videos/${videoId}/result`, { params, signal });
      return result.objects[0]?.frames ?? [];
    },
    staleTime: 10_000,
  });
}

export type DataFormat = "json" | "csv" | "mot";

export const annotatedUrl = (id: string) => `/api/videos/${id}/download`;
export const dataUrl = (id: string, format: DataFormat) => `/api/videos/${id}/download?format=${format}`;

/** Asks for the annotated video, which moves its rendering to the front. Answers null once it is there. */
export async function askForAnnotated(id: string): Promise<RenderStatus | null> {
  const answer = await http.get<RenderStatus | Blob>(annotatedUrl(id).replace("/api", ""), {
    // One byte is enough to learn whether it is ready.
    headers: { Range: "bytes=0-0" },
    validateStatus: (status) => status === 200 || status === 202 || status === 206,
  });
  return answer.status === 202 ? (answer.data as RenderStatus) : null;
}
