import { useSearchParams } from "react-router";

import type { VideoStatus } from "@/api/types";
import type { VideoFilter, VideoSort } from "@/api/videos";

export const STATUSES = ["uploaded", "processing", "completed", "failed", "cancelled"] as const;
export const SORTS = [
  "-upload_time",
  "upload_time",
  "name",
  "-name",
  "-duration",
  "duration",
  "-size",
  "size",
] as const;

function oneOf<Value extends string>(values: readonly Value[], value: string | null): Value | undefined {
  return values.find((candidate) => candidate === value);
}

/** The filter lives in the address, so that it survives a reload and can be passed on. */
export function useDashboardFilter() {
  const [params, setParams] = useSearchParams();
  const filter: VideoFilter = {};
  const status: VideoStatus | undefined = oneOf(STATUSES, params.get("status"));
  const sort: VideoSort | undefined = oneOf(SORTS, params.get("sort"));
  const q = params.get("q");
  if (status) filter.status = status;
  if (sort && sort !== "-upload_time") filter.sort = sort;
  if (q) filter.q = q;

  const change = (part: VideoFilter) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [key, value] of Object.entries(part) as [string, string | undefined][]) {
          if (value) next.set(key, value);
          else next.delete(key);
        }
        return next;
      },
      { replace: true },
    );
  return { filter, change, reset: () => change({ status: undefined, q: undefined }) };
}
