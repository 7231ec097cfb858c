import type { Problem } from "@/api/problem";
import type { TrackingChoice } from "@/api/types";

export type UploadPhase =
  | "queued"
  | "sending"
  | "waiting" // the connection was lost; another try follows by itself
  | "paused"
  | "interrupted" // from an earlier visit: the file must be chosen again
  | "done"
  | "duplicate"
  | "failed";

/** One moment of the transfer: bytes that the server has, at `at` milliseconds. */
interface Sample {
  at: number;
  sent: number;
}

export interface UploadItem {
  id: string;
  name: string;
  size: number;
  phase: UploadPhase;
  sent: number;
  samples: readonly Sample[];
  choice: TrackingChoice;
  problem: Problem | null;
  videoId: string | null;
}

export type UploadAction =
  | { type: "added"; item: Pick<UploadItem, "id" | "name" | "size" | "choice"> & Partial<UploadItem> }
  | { type: "started"; id: string }
  | { type: "progressed"; id: string; sent: number; at: number }
  | { type: "lost"; id: string }
  | { type: "paused"; id: string }
  | { type: "requeued"; id: string; choice?: TrackingChoice }
  | { type: "finished"; id: string; videoId: string | null; duplicate: boolean }
  | { type: "failed"; id: string; problem: Problem }
  | { type: "removed"; id: string }
  | { type: "cleared" };

/** Speeds are measured over this many milliseconds. */
const WINDOW_MS = 6000;

export const isOver = (item: UploadItem) => item.phase === "done" || item.phase === "duplicate";
export const isActive = (item: UploadItem) => item.phase === "sending" || item.phase === "waiting";

function change(item: UploadItem, action: UploadAction): UploadItem {
  switch (action.type) {
    case "started":
      return { ...item, phase: "sending", problem: null, samples: [] };
    case "progressed": {
      const recent = item.samples.filter((sample) => action.at - sample.at < WINDOW_MS);
      const samples = [...recent, { at: action.at, sent: action.sent }];
      return { ...item, phase: "sending", sent: action.sent, samples };
    }
    case "lost":
      return { ...item, phase: "waiting", samples: [] };
    case "paused":
      return isOver(item) ? item : { ...item, phase: "paused", samples: [] };
    case "requeued":
      return { ...item, phase: "queued", problem: null, samples: [], choice: action.choice ?? item.choice };
    case "finished":
      return {
        ...item,
        phase: action.duplicate ? "duplicate" : "done",
        sent: item.size,
        videoId: action.videoId,
        samples: [],
      };
    case "failed":
      return { ...item, phase: "failed", problem: action.problem, samples: [] };
    default:
      return item;
  }
}

/** The list of uploads after something happened to one of them. */
export function reduceUploads(items: readonly UploadItem[], action: UploadAction): readonly UploadItem[] {
  switch (action.type) {
    case "added":
      return [...items, { phase: "queued", sent: 0, samples: [], problem: null, videoId: null, ...action.item }];
    case "removed":
      return items.filter((item) => item.id !== action.id);
    case "cleared":
      return items.filter((item) => !isOver(item));
    default:
      return items.map((item) => (item.id === action.id ? change(item, action) : item));
  }
}

/** Bytes a second over the last seconds; null while too little is known. */
export function uploadSpeed(item: UploadItem): number | null {
  const first = item.samples[0];
  const last = item.samples.at(-1);
  if (!first || !last || last.at - first.at < 500) return null;
  return (last.sent - first.sent) / ((last.at - first.at) / 1000);
}

export function uploadSecondsLeft(item: UploadItem): number | null {
  const speed = uploadSpeed(item);
  return speed === null || speed <= 0 ? null : (item.size - item.sent) / speed;
}

/** The uploads to start now, so that `limit` run at once. */
export function nextToStart(items: readonly UploadItem[], limit: number): UploadItem[] {
  const free = limit - items.filter(isActive).length;
  return items.filter((item) => item.phase === "queued").slice(0, Math.max(0, free));
}
