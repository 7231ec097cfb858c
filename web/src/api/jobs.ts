import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { get, http } from "@/api/client";
import { keys } from "@/api/keys";
import type { Job, JobKind, JobState, Page, TrackingChoice } from "@/api/types";

export interface JobFilter {
  state?: JobState | undefined;
  kind?: JobKind | undefined;
}

export function jobListQuery(filter: JobFilter) {
  return infiniteQueryOptions({
    queryKey: keys.jobList(filter),
    queryFn: ({ pageParam, signal }) =>
      get<Page<Job>>("/jobs", {
        params: { ...filter, limit: 30, ...(pageParam === null ? {} : { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function jobQuery(id: string) {
  return queryOptions({
    queryKey: keys.job(id),
    queryFn: ({ signal }) => get<Job>(`/jobs/${id}`, { signal }),
  });
}

function useJobMutation<Argument>(send: (argument: Argument) => Promise<Job>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSettled: (job) => {
      void client.invalidateQueries({ queryKey: keys.jobLists });
      void client.invalidateQueries({ queryKey: keys.videoLists });
      if (job) {
        void client.invalidateQueries({ queryKey: keys.video(job.video_id) });
        void client.invalidateQueries({ queryKey: keys.progress(job.video_id) });
      }
    },
  });
}

export const useCancelJob = () =>
  useJobMutation(async (id: string) => (await http.post<Job>(`/jobs/${id}/cancel`)).data);

export const useRetryJob = () => useJobMutation(async (id: string) => (await http.post<Job>(`/jobs/${id}/retry`)).data);

export const useTrackAgain = () =>
  useJobMutation(
    async ({ videoId, choice }: { videoId: string; choice: TrackingChoice }) =>
      (await http.post<Job>(`/videos/${videoId}/jobs`, choice)).data,
  );
