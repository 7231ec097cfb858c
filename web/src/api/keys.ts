/** Every query's key in one place, so that an event knows what it makes stale. */
export const keys = {
  videoLists: ["videos"] as const,
  videoList: (filter: object) => ["videos", filter] as const,
  video: (id: string) => ["video", id] as const,
  progress: (id: string) => ["progress", id] as const,
  timeline: (id: string) => ["timeline", id] as const,
  tracks: (id: string) => ["tracks", id] as const,
  trackSeries: (id: string, trackId: number) => ["track-series", id, trackId] as const,
  chunks: (jobId: string) => ["chunks", jobId] as const,
  job: (id: string) => ["job", id] as const,
  jobLists: ["jobs"] as const,
  jobList: (filter: object) => ["jobs", filter] as const,
  engines: ["engines"] as const,
  settings: ["settings"] as const,
  ready: ["ready"] as const,
};
