import type { Video, VideoProgress } from "@/api/types";
import { Progress } from "@/components/progress";
import { StatusBadge } from "@/components/status-badge";
import { failureText } from "@/i18n/failures";
import { useI18n } from "@/i18n/i18n";
import { spanText } from "@/i18n/span";
import { formatFps, formatPercent } from "@/lib/format";

/** How far the tracking is; quiet once it is done. */
export function ProgressLine({ video, progress }: { video: Video; progress: VideoProgress | undefined }) {
  const { t } = useI18n();
  const status = progress?.status ?? video.status;
  if (status === "completed") return <StatusBadge status="completed" />;
  if (status === "failed") {
    const { error_code, error_message } = progress ?? video;
    return (
      <div className="flex min-w-0 items-center gap-2">
        <StatusBadge status="failed" />
        <p role="alert" className="line-clamp-2 max-w-md text-[13px] text-bad" title={error_message ?? ""}>
          {failureText(error_code, error_message)}
        </p>
      </div>
    );
  }
  if (status !== "processing") {
    const position = progress?.queue_position;
    return (
      <div className="flex items-center gap-2.5">
        <StatusBadge status={status} />
        {status === "uploaded" && position !== null && position !== undefined && (
          <span className="text-xs text-ink-faint">
            {position === 0 ? t("dashboard.next") : t("dashboard.ahead", { count: position })}
          </span>
        )}
      </div>
    );
  }
  const figures = progress
    ? [
        progress.fps > 0 ? t("common.fps", { fps: formatFps(progress.fps) }) : null,
        progress.eta_seconds === null ? null : t("common.left", { span: spanText(progress.eta_seconds, t) }),
      ].filter(Boolean)
    : [];
  return (
    <div className="flex w-full items-center gap-2.5 sm:w-auto" data-testid="progress-line">
      <StatusBadge status="processing" />
      <Progress
        className="w-28 max-sm:flex-1"
        value={progress?.progress ?? null}
        label={t("dashboard.progressOf", { name: video.original_filename })}
      />
      <span className="text-xs text-ink-soft tabular-nums">{progress && formatPercent(progress.progress)}</span>
      <span className="text-xs whitespace-nowrap text-ink-faint tabular-nums">{figures.join(" · ")}</span>
    </div>
  );
}
