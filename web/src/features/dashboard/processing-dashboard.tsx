import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Search, SearchX } from "lucide-react";

import { useListInterval } from "@/api/use-progress";
import { videoListQuery } from "@/api/videos";
import { Button } from "@/components/button";
import { Endless } from "@/components/endless";
import { ProblemPanel } from "@/components/problem-panel";
import { StatePanel } from "@/components/state-panel";
import { DashboardToolbar } from "@/features/dashboard/dashboard-toolbar";
import { useDashboardFilter } from "@/features/dashboard/use-dashboard-filter";
import { VideoRow, VideoRowSkeleton } from "@/features/dashboard/video-row";
import { useI18n } from "@/i18n/i18n";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";

/** All videos with what is happening to them, live. */
export function ProcessingDashboard() {
  const { t, language } = useI18n();
  const { filter, change, reset } = useDashboardFilter();
  const interval = useListInterval();
  const list = useInfiniteQuery({
    ...videoListQuery(filter),
    refetchInterval: interval,
    placeholderData: keepPreviousData,
  });
  const videos = list.data?.pages.flatMap((page) => page.items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;

  return (
    <section aria-label={t("dashboard.title")}>
      <div className="mb-3 flex flex-wrap items-baseline gap-x-2">
        <h1 className="text-lg font-semibold tracking-tight">{t("dashboard.title")}</h1>
        {list.data && <span className="text-ink-faint tabular-nums">{formatCount(total, language)}</span>}
      </div>
      <DashboardToolbar filter={filter} onChange={change} />
      <div className="overflow-hidden rounded-2xl border border-line bg-surface">
        {list.isPending && Array.from({ length: 5 }, (_, index) => <VideoRowSkeleton key={index} />)}
        {list.isError && !list.data && <ProblemPanel error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && videos.length === 0 && (
          <StatePanel
            icon={filter.q ? SearchX : Search}
            title={t("dashboard.nothing")}
            actions={<Button onClick={reset}>{t("dashboard.showAll")}</Button>}
          >
            {t("dashboard.nothingDetail")}
          </StatePanel>
        )}
        <ul className={cn("divide-y", list.isPlaceholderData && "opacity-60")}>
          {videos.map((video) => (
            <VideoRow key={video.id} video={video} />
          ))}
        </ul>
      </div>
      <Endless hasMore={list.hasNextPage} loading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </section>
  );
}
