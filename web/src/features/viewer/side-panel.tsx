import { Suspense, lazy, useState } from "react";

import type { Video } from "@/api/types";
import { Segmented } from "@/components/segmented";
import { Select } from "@/components/select";
import { Skeleton } from "@/components/skeleton";
import { PromptPanel } from "@/features/viewer/prompt-panel";
import { TrackList } from "@/features/viewer/track-list";
import { ORDERS } from "@/features/viewer/track-order";
import type { Results } from "@/features/viewer/use-results";
import { useViewer } from "@/features/viewer/viewer-model";
import { useI18n } from "@/i18n/i18n";
import { formatCount } from "@/lib/format";
import { useSelected, useStore } from "@/lib/store";

const ChartPanel = lazy(() => import("@/features/viewer/chart-panel"));

interface SidePanelProps {
  video: Video;
  results: Results;
  frameCount: number;
}

/** Beside the video: the tracks, or figures about them. */
export function SidePanel({ video, results, frameCount }: SidePanelProps) {
  const { t, language } = useI18n();
  const [tab, setTab] = useState<"tracks" | "charts">("tracks");
  const prompting = useSelected(useViewer().prompting, (state) => state.active);
  return (
    <aside className="filling:lg:hidden flex min-h-0 flex-col border-line bg-surface max-lg:row-start-3 max-lg:h-112 max-lg:border-t lg:border-l">
      {prompting ? (
        <PromptPanel video={video} />
      ) : (
        <>
          <div className="flex items-center justify-between gap-2 border-b px-3 py-2">
            <Segmented
              label={t("panel.title")}
              value={tab}
              onChange={setTab}
              options={[
                { value: "tracks", label: t("panel.tracks", { count: formatCount(results.tracks.length, language) }) },
                { value: "charts", label: t("panel.charts") },
              ]}
            />
            {tab === "tracks" && results.tracks.length > 1 && <OrderSelect />}
          </div>
          {tab === "tracks" ? (
            <TrackList video={video} results={results} />
          ) : (
            <Suspense fallback={<Skeleton className="m-3 h-48" />}>
              <ChartPanel video={video} results={results} frameCount={frameCount} />
            </Suspense>
          )}
        </>
      )}
    </aside>
  );
}

function OrderSelect() {
  const { t } = useI18n();
  const { order } = useViewer();
  const current = useStore(order);
  return (
    <Select
      className="h-8 border-transparent px-2 text-[13px] text-ink-soft shadow-none"
      label={t("tracks.order")}
      value={current}
      options={ORDERS.map((value) => ({ value, label: t(`order.${value}`) }))}
      onChange={order.set}
    />
  );
}
