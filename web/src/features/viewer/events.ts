import type { Track } from "@/api/types";

/** The next frame, in the direction, at which some track begins or is seen for the last time; null at the end. */
export function nextEvent(tracks: readonly Track[], frame: number, direction: 1 | -1): number | null {
  let best: number | null = null;
  for (const track of tracks) {
    for (const [start, stop] of track.segments) {
      for (const event of [start, stop - 1]) {
        const beyond = direction === 1 ? event > frame : event < frame;
        if (beyond && (best === null || (direction === 1 ? event < best : event > best))) best = event;
      }
    }
  }
  return best;
}
