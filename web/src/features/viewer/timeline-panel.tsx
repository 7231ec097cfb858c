import { useEffect, useRef, type RefObject } from "react";

import type { Track } from "@/api/types";
import { TimelineController, type TimelineContent } from "@/features/viewer/timeline-controller";
import { LANE_HEIGHT, RULER_HEIGHT } from "@/features/viewer/timeline-drawing";
import { useViewer } from "@/features/viewer/viewer-model";
import { useI18n } from "@/i18n/i18n";
import { useStore } from "@/lib/store";

const EMPTY: TimelineContent = { times: [], frameCount: 1, framesReady: 0, tracks: [] };

/**
 * One lane a track, drawn on a single canvas: a hundred thousand frames and a thousand tracks cost no element of the
 * page. The list of tracks beside it holds the same for keyboards and screen readers.
 */
export function TimelinePanel({ times, frameCount, framesReady, tracks }: TimelineContent) {
  const { t } = useI18n();
  const model = useViewer();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const slider = useRef<HTMLDivElement>(null);
  const controller = useRef<TimelineController>(null);

  useEffect(() => {
    if (!canvas.current || !scroller.current || !slider.current) return undefined;
    const elements = { box: scroller.current, canvas: canvas.current, slider: slider.current };
    controller.current = new TimelineController(elements, model, EMPTY);
    return () => controller.current?.close();
  }, [model]);

  useEffect(
    () => controller.current?.setContent({ times, frameCount, framesReady, tracks }),
    [model, times, frameCount, framesReady, tracks],
  );

  useScrollToSelected(scroller, tracks);

  return (
    <div
      ref={scroller}
      className="relative h-full overflow-x-hidden overflow-y-auto overscroll-contain"
      data-testid="timeline"
    >
      <div
        ref={slider}
        role="slider"
        tabIndex={0}
        aria-label={t("timeline.title")}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, frameCount - 1)}
        aria-valuenow={0}
        className="sticky top-0 z-10 h-0 focus-visible:outline-none [&:focus-visible>canvas]:outline-2 [&:focus-visible>canvas]:-outline-offset-2 [&:focus-visible>canvas]:outline-accent"
      >
        <canvas ref={canvas} aria-hidden className="block touch-pan-y" />
      </div>
      <div style={{ height: RULER_HEIGHT + tracks.length * LANE_HEIGHT }} />
    </div>
  );
}

/** Brings the chosen track's lane into sight. */
function useScrollToSelected(scroller: RefObject<HTMLDivElement | null>, tracks: readonly Track[]): void {
  const model = useViewer();
  const { selected } = useStore(model.selection);
  useEffect(() => {
    const box = scroller.current;
    const index = tracks.findIndex((track) => track.track_id === selected);
    if (!box || index < 0) return;
    const top = index * LANE_HEIGHT;
    const room = box.clientHeight - RULER_HEIGHT - LANE_HEIGHT;
    if (top < box.scrollTop) box.scrollTo({ top });
    else if (top > box.scrollTop + room) box.scrollTo({ top: top - room });
    // The tracks grow while a job runs; only a new choice scrolls.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);
}
