import { useQuery } from "@tanstack/react-query";
import { LineChart as LineIcon } from "lucide-react";
import { useMemo } from "react";

import { trackSeriesQuery } from "@/api/results";
import type { Video } from "@/api/types";
import { ProblemPanel } from "@/components/problem-panel";
import { Skeleton } from "@/components/skeleton";
import { StatePanel } from "@/components/state-panel";
import { countOverTime, trackSeries } from "@/features/viewer/chart-data";
import { FrameChart } from "@/features/viewer/frame-chart";
import type { Results } from "@/features/viewer/use-results";
import { useViewer } from "@/features/viewer/viewer-model";
import { useI18n } from "@/i18n/i18n";
import { trackColour } from "@/lib/palette";
import { useStore } from "@/lib/store";

interface ChartPanelProps {
  video: Video;
  results: Results;
  frameCount: number;
}

/** How many objects there are over time, and how the chosen one fares. */
export default function ChartPanel({ video, results, frameCount }: ChartPanelProps) {
  const { t } = useI18n();
  const { selection } = useViewer();
  const { selected } = useStore(selection);
  const counts = useMemo(() => countOverTime(results.tracks, frameCount), [results.tracks, frameCount]);
  if (results.tracks.length === 0) {
    return (
      <StatePanel icon={LineIcon} title={t("charts.nothing")}>
        {t("charts.nothingDetail")}
      </StatePanel>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto p-3">
      <FrameChart title={t("charts.count")} data={counts} dataKey="count" colour="var(--accent)" filled />
      {selected === null ? (
        <p className="mt-4 rounded-lg bg-sunken px-3 py-2.5 text-[13px] text-ink-soft">{t("charts.choose")}</p>
      ) : (
        <SelectedCharts video={video} jobId={results.jobId} trackId={selected} />
      )}
    </div>
  );
}

function SelectedCharts({ video, jobId, trackId }: { video: Video; jobId: string | null; trackId: number }) {
  const { t } = useI18n();
  const series = useQuery(trackSeriesQuery(video.id, jobId, trackId));
  const points = useMemo(
    () => trackSeries(series.data ?? [], video.width * video.height),
    [series.data, video.width, video.height],
  );
  if (series.isError) return <ProblemPanel error={series.error} onRetry={() => void series.refetch()} />;
  if (series.isPending) return <Skeleton className="mt-4 h-40" />;
  const colour = trackColour(trackId);
  return (
    <>
      <FrameChart title={t("charts.area", { id: trackId })} data={points} dataKey="area" colour={colour} unit="%" />
      <FrameChart
        title={t("charts.score", { id: trackId })}
        data={points}
        dataKey="score"
        colour={colour}
        domain={[0, 1]}
      />
    </>
  );
}
