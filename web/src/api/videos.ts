import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from "@tanstack/react-query";

import { get, http } from "@/api/client";
import { keys } from "@/api/keys";
import type { Page, Timeline, Video, VideoProgress, VideoStatus } from "@/api/types";

export type VideoSort = "-upload_time" | "upload_time" | "name" | "-name" | "duration" | "-duration" | "size" | "-size";

export interface VideoFilter {
  status?: VideoStatus | undefined;
  q?: string | undefined;
  sort?: VideoSort | undefined;
}

export function videoListQuery(filter: VideoFilter) {
  return infiniteQueryOptions({
    queryKey: keys.videoList(filter),
    queryFn: ({ pageParam, signal }) =>
      get<Page<Video>>("/videos", {
        params: { ...filter, limit: 30, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function videoQuery(id: string) {
  return queryOptions({
    queryKey: keys.video(id),
    queryFn: ({ signal }) => get<Video>(`/videos/${id}`, { signal }),
  });
}

export function progressQuery(id: string) {
  return queryOptions({
    queryKey: keys.progress(id),
    queryFn: ({ signal }) => get<VideoProgress>(`/videos/${id}/status`, { signal }),
  });
}

export function timelineQuery(id: string) {
  return queryOptions({
    queryKey: keys.timeline(id),
    queryFn: ({ signal }) => get<Timeline>(`/videos/${id}/timeline`, { signal }),
    staleTime: Infinity,
  });
}

export const posterUrl = (id: string) => `/api/videos/${id}/poster`;
export const playableUrl = (id: string) => `/api/videos/${id}/playable`;
export const originalUrl = (id: string) => `/api/videos/${id}/original?download=1`;

type VideoPages = InfiniteData<Page<Video>, string | null>;

function changePages(client: QueryClient, change: (items: Video[]) => Video[]): void {
  client.setQueriesData<VideoPages>(
    { queryKey: keys.videoLists },
    (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, items: change(page.items) })) },
  );
}

/** Puts a newer record of a video into every list that shows it. */
export function replaceVideo(client: QueryClient, video: Video): void {
  client.setQueryData(keys.video(video.id), video);
  changePages(client, (items) => items.map((item) => (item.id === video.id ? video : item)));
}

/** Takes a video out of every list at once; the server's answer follows. */
export function dropVideo(client: QueryClient, id: string): void {
  changePages(client, (items) => items.filter((item) => item.id !== id));
  client.removeQueries({ queryKey: keys.video(id) });
}

export function cachedVideo(client: QueryClient, id: string): Video | undefined {
  const lists = client.getQueriesData<VideoPages>({ queryKey: keys.videoLists });
  for (const [, data] of lists) {
    const found = data?.pages.flatMap((page) => page.items).find((item) => item.id === id);
    if (found) return found;
  }
  return undefined;
}

export function useRenameVideo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, name }: { id: string; name: string }) =>
      (await http.patch<Video>(`/videos/${id}`, { original_filename: name })).data,
    onSuccess: (video) => replaceVideo(client, video),
  });
}

export function usePinVideo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, pinned }: { id: string; pinned: boolean }) =>
      (await http.patch<Video>(`/videos/${id}`, { pinned })).data,
    onSuccess: (video) => replaceVideo(client, video),
  });
}

export function useDeleteVideo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => http.delete(`/videos/${id}`),
    onSuccess: (_answer, id) => dropVideo(client, id),
    onSettled: () => client.invalidateQueries({ queryKey: keys.videoLists }),
  });
}

export function useDemoVideo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => (await http.post<Video>("/demo", undefined, { timeout: 120_000 })).data,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.videoLists }),
  });
}
