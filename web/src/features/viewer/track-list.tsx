import { Boxes, Eye, LoaderCircle } from "lucide-react";
import { useEffect, useRef } from "react";

import type { Video } from "@/api/types";
import { Button } from "@/components/button";
import { StatePanel } from "@/components/state-panel";
import { Skeleton } from "@/components/skeleton";
import { TRACK_ROW_HEIGHT, TrackRow } from "@/features/viewer/track-row";
import type { Results } from "@/features/viewer/use-results";
import { useVirtualRows } from "@/features/viewer/use-virtual-rows";
import { showAll, useViewer } from "@/features/viewer/viewer-model";
import { useI18n } from "@/i18n/i18n";
import { useStore } from "@/lib/store";

/** All tracks; only the rows in sight exist. */
export function TrackList({ video, results }: { video: Video; results: Results }) {
  const { t } = useI18n();
  const model = useViewer();
  const selection = useStore(model.selection);
  const scroller = useRef<HTMLDivElement>(null);
  const { tracks } = results;
  const rows = useVirtualRows(scroller, tracks.length, TRACK_ROW_HEIGHT);
  const hiddenSome = selection.solo !== null || selection.hidden.size > 0;
  const { selected } = selection;

  useEffect(() => {
    const box = scroller.current;
    const index = tracks.findIndex((track) => track.track_id === selected);
    if (!box || index < 0) return;
    const top = index * TRACK_ROW_HEIGHT;
    if (top < box.scrollTop) box.scrollTo({ top });
    const below = top + TRACK_ROW_HEIGHT - box.clientHeight;
    if (below > box.scrollTop) box.scrollTo({ top: below });
    // The tracks grow while a job runs; only a new choice scrolls.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);

  return (
    <>
      {hiddenSome && (
        <div className="flex items-center justify-between gap-2 border-b bg-accent-soft px-3 py-1.5 text-[13px]">
          <span>
            {selection.solo === null
              ? t("tracks.hidden", { count: selection.hidden.size })
              : t("tracks.solo", { id: selection.solo })}
          </span>
          <Button size="small" variant="ghost" onClick={() => showAll(model)}>
            <Eye size={14} /> {t("tracks.showAll")}
          </Button>
        </div>
      )}
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto">
        {tracks.length === 0 && <NoTracks video={video} results={results} />}
        <ul className="relative" style={{ height: tracks.length * TRACK_ROW_HEIGHT }} aria-label={t("tracks.title")}>
          {tracks.slice(rows.start, rows.stop).map((track, index) => (
            <TrackRow
              key={track.track_id}
              track={track}
              selection={selection}
              top={(rows.start + index) * TRACK_ROW_HEIGHT}
            />
          ))}
        </ul>
      </div>
    </>
  );
}

function NoTracks({ video, results }: { video: Video; results: Results }) {
  const { t } = useI18n();
  if (results.tracksState === "error") {
    return (
      <StatePanel
        icon={Boxes}
        tone="bad"
        title={t("tracks.unreadable")}
        actions={<Button onClick={results.retryTracks}>{t("common.tryAgain")}</Button>}
      />
    );
  }
  if (video.status === "uploaded" || video.status === "processing") {
    return (
      <StatePanel icon={LoaderCircle} title={t("tracks.soon")}>
        {t("tracks.soonDetail")}
      </StatePanel>
    );
  }
  if (results.tracksState === "pending" && video.status === "completed") {
    return (
      <div className="grid gap-2 p-3">
        {Array.from({ length: 4 }, (_, index) => (
          <Skeleton key={index} className="h-10" />
        ))}
      </div>
    );
  }
  return (
    <StatePanel icon={Boxes} title={t("tracks.none")}>
      {t(video.status === "completed" ? "tracks.noneDetail" : "tracks.noneYet")}
    </StatePanel>
  );
}
