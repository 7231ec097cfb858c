import type { Video, VideoProgress } from "@/api/types";
import { Progress } from "@/components/progress";
import { StatusBadge } from "@/components/status-badge";
import { failureText } from "@/i18n/failures";
import { useI18n } from "@/i18n/i18n";
import { spanText } from "@/i18n/span";
import { formatCount, formatFps, formatPercent } from "@/lib/format";

interface VideoStateProps {
  video: Video;
  progress: VideoProgress | undefined;
}

/** Where a video stands: a badge, and figures where there are some. */
export function VideoState({ video, progress }: VideoStateProps) {
  const status = progress?.status ?? video.status;
  if (status === "processing") return <Running video={video} progress={progress} />;
  return (
    <div className="flex min-w-0 items-center gap-2.5">
      <StatusBadge status={status} />
      <StateNote video={video} progress={progress} />
    </div>
  );
}

function Running({ video, progress }: VideoStateProps) {
  const { t, language } = useI18n();
  const parts = progress
    ? [
        t("dashboard.frames", {
          done: formatCount(progress.frames_done, language),
          count: formatCount(progress.frame_count, language),
        }),
        progress.fps > 0 ? t("common.fps", { fps: formatFps(progress.fps) }) : null,
        progress.eta_seconds === null ? null : t("common.left", { span: spanText(progress.eta_seconds, t) }),
        progress.attempt > 1 ? t("dashboard.attempt", { attempt: progress.attempt }) : null,
      ]
    : [];
  return (
    <div>
      <div className="flex items-center gap-2.5">
        <StatusBadge status="processing" />
        <Progress
          value={progress ? progress.progress : null}
          label={t("dashboard.progressOf", { name: video.original_filename })}
        />
        <span className="w-11 shrink-0 text-right whitespace-nowrap text-xs text-ink-soft tabular-nums">
          {progress && formatPercent(progress.progress)}
        </span>
      </div>
      <p className="mt-1 truncate text-xs text-ink-faint tabular-nums">{parts.filter(Boolean).join(" · ")}</p>
    </div>
  );
}

function StateNote({ video, progress }: VideoStateProps) {
  const { t } = useI18n();
  const muted = "truncate text-xs text-ink-faint tabular-nums";
  switch (progress?.status ?? video.status) {
    case "uploaded": {
      const position = progress?.queue_position;
      if (position === null || position === undefined) return null;
      return (
        <p className={muted}>{position === 0 ? t("dashboard.next") : t("dashboard.ahead", { count: position })}</p>
      );
    }
    case "completed": {
      if (!video.processing_start_time || !video.processing_end_time) return null;
      const seconds = (Date.parse(video.processing_end_time) - Date.parse(video.processing_start_time)) / 1000;
      return <p className={muted}>{t("dashboard.took", { span: spanText(seconds, t) })}</p>;
    }
    case "failed":
      return (
        <p className="line-clamp-2 text-xs text-bad" title={video.error_message ?? ""}>
          {failureText(video.error_code, video.error_message)}
        </p>
      );
    default:
      return null;
  }
}
