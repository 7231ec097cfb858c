import { useQuery } from "@tanstack/react-query";

import { POLL_SECONDS, liveMode } from "@/api/live";
import type { VideoProgress } from "@/api/types";
import { progressQuery } from "@/api/videos";
import { useStore } from "@/lib/store";

/** A video's progress: told by the server's events, or asked for where those cannot be had. */
export function useProgress(id: string, active = true): VideoProgress | undefined {
  const mode = useStore(liveMode);
  const query = useQuery({
    ...progressQuery(id),
    enabled: active,
    refetchInterval: active && mode === "poll" ? POLL_SECONDS * 1000 : false,
  });
  return query.data;
}

/** How often a list asks again by itself, for `refetchInterval`. */
export function useListInterval(): number | false {
  return useStore(liveMode) === "poll" ? POLL_SECONDS * 2000 : false;
}
