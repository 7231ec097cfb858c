import { ArrowLeft, CircleStop, Keyboard, RefreshCw, RotateCcw, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";

import { useCancelJob, useRetryJob } from "@/api/jobs";
import { toProblem } from "@/api/problem";
import type { Video, VideoProgress } from "@/api/types";
import { Button } from "@/components/button";
import { Hint } from "@/components/hint";
import { IconButton } from "@/components/icon-button";
import { TrackAgainDialog } from "@/components/track-again-dialog";
import { DownloadMenu } from "@/features/viewer/download-menu";
import { ProgressLine } from "@/features/viewer/progress-line";
import { problemText } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";
import { formatDuration, formatFps } from "@/lib/format";
import { toast } from "@/lib/toasts";

interface ViewerHeaderProps {
  video: Video;
  progress: VideoProgress | undefined;
  onHelp: () => void;
}

/** Name, facts, state, and what can be done with the whole. */
export function ViewerHeader({ video, progress, onHelp }: ViewerHeaderProps) {
  const { t } = useI18n();
  const [again, setAgain] = useState(false);
  const status = progress?.status ?? video.status;
  const facts = [
    `${video.width} × ${video.height}`,
    t("common.fps", { fps: formatFps(video.fps) }),
    formatDuration(video.duration),
    video.codec,
  ];
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b bg-surface px-3 py-2 sm:px-4">
      <div className="flex min-w-0 flex-1 basis-56 items-center gap-2">
        <Button asChild variant="ghost" size="icon">
          <Link to="/" aria-label={t("viewer.back")}>
            <ArrowLeft size={17} />
          </Link>
        </Button>
        <div className="min-w-0">
          <div className="flex items-center gap-2">
            <h1 className="truncate font-semibold">{video.original_filename}</h1>
            {video.warnings.length > 0 && (
              <Hint text={video.warnings.join(" ")}>
                <button type="button" aria-label={video.warnings.join(" ")} className="rounded text-warn">
                  <TriangleAlert size={15} />
                </button>
              </Hint>
            )}
          </div>
          <p className="truncate text-xs text-ink-faint tabular-nums">{facts.join(" · ")}</p>
        </div>
      </div>
      <ProgressLine video={video} progress={progress} />
      <div className="ml-auto flex items-center gap-1">
        <JobButton video={video} progress={progress} />
        <IconButton label={t("tracking.again")} onClick={() => setAgain(true)}>
          <RefreshCw size={16} />
        </IconButton>
        <IconButton label={t("keys.help")} shortcut="?" className="max-sm:hidden" onClick={onHelp}>
          <Keyboard size={17} />
        </IconButton>
        <DownloadMenu video={video} progress={progress} complete={status === "completed"} />
      </div>
      {again && <TrackAgainDialog video={video} open onOpenChange={setAgain} />}
    </div>
  );
}

function JobButton({ video, progress }: Omit<ViewerHeaderProps, "onHelp">) {
  const { t } = useI18n();
  const cancel = useCancelJob();
  const retry = useRetryJob();
  const jobId = progress?.job_id ?? video.job_id;
  const status = progress?.status ?? video.status;
  const complain = (error: Error) => toast({ tone: "bad", ...problemText(toProblem(error), t) });
  if (jobId === null || status === "completed") return null;
  if (status === "failed" || status === "cancelled") {
    return (
      <Button size="small" disabled={retry.isPending} onClick={() => retry.mutate(jobId, { onError: complain })}>
        <RotateCcw size={14} /> {t("job.retry")}
      </Button>
    );
  }
  return (
    <Button size="small" disabled={cancel.isPending} onClick={() => cancel.mutate(jobId, { onError: complain })}>
      <CircleStop size={14} /> {t("common.cancel")}
    </Button>
  );
}
