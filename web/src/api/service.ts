import { queryOptions } from "@tanstack/react-query";

import { get } from "@/api/client";
import { keys } from "@/api/keys";
import type { Engine, Ready, ServiceSettings } from "@/api/types";

export const enginesQuery = queryOptions({
  queryKey: keys.engines,
  queryFn: ({ signal }) => get<{ items: Engine[] }>("/engines", { signal }),
  select: (answer) => answer.items,
  staleTime: 5 * 60_000,
});

export const settingsQuery = queryOptions({
  queryKey: keys.settings,
  queryFn: ({ signal }) => get<ServiceSettings>("/settings", { signal }),
  staleTime: Infinity,
});

/** Workers come and go, and no event tells of it. */
export const readyQuery = queryOptions({
  queryKey: keys.ready,
  queryFn: ({ signal }) => get<Ready>("/ready", { signal }),
  refetchInterval: 10_000,
});
