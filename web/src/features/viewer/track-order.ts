import type { Track } from "@/api/types";

export const ORDERS = ["number", "first", "longest", "score"] as const;
export type TrackOrder = (typeof ORDERS)[number];

const COMPARE: Record<TrackOrder, (a: Track, b: Track) => number> = {
  number: (a, b) => a.track_id - b.track_id,
  first: (a, b) => a.first_frame - b.first_frame,
  longest: (a, b) => b.frame_total - a.frame_total,
  score: (a, b) => b.mean_score - a.mean_score,
};

/** The tracks in the order chosen; equals stay in the order of their numbers. */
export function orderTracks(tracks: readonly Track[], order: TrackOrder): readonly Track[] {
  return [...tracks].sort((a, b) => COMPARE[order](a, b) || COMPARE.number(a, b));
}
