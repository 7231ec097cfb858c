import { Film, Pin, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";

import type { Video } from "@/api/types";
import { useProgress } from "@/api/use-progress";
import { posterUrl } from "@/api/videos";
import { Hint } from "@/components/hint";
import { Skeleton } from "@/components/skeleton";
import { VideoActions } from "@/features/dashboard/video-actions";
import { VideoState } from "@/features/dashboard/video-state";
import { useI18n } from "@/i18n/i18n";
import { formatAgo, formatBytes, formatDuration, formatInstant } from "@/lib/format";

const ROW =
  "grid grid-cols-[auto_minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 px-3 py-3 sm:px-4 md:grid-cols-[auto_minmax(0,1fr)_minmax(0,20rem)_auto]";

/** One video: picture, name and facts, state, what can be done. */
export function VideoRow({ video }: { video: Video }) {
  const { t, language } = useI18n();
  const active = video.status === "uploaded" || video.status === "processing";
  const progress = useProgress(video.id, active);
  const facts = [formatDuration(video.duration), `${video.width} × ${video.height}`, formatBytes(video.file_size)];
  return (
    <li className={`${ROW} transition-colors hover:bg-sunken/50`} data-testid="video-row" data-status={video.status}>
      <Poster video={video} />
      <div className="min-w-0">
        <div className="flex min-w-0 items-center gap-2">
          <Link to={`/videos/${video.id}`} className="truncate rounded font-medium hover:text-accent">
            {video.original_filename}
          </Link>
          {video.pinned && (
            <Hint text={t("dashboard.pinned")}>
              <button type="button" aria-label={t("dashboard.pinned")} className="rounded text-ink-faint">
                <Pin size={14} />
              </button>
            </Hint>
          )}
          {video.warnings.length > 0 && (
            <Hint text={video.warnings.join(" ")}>
              <button type="button" aria-label={video.warnings.join(" ")} className="rounded text-warn">
                <TriangleAlert size={14} />
              </button>
            </Hint>
          )}
        </div>
        <p className="mt-0.5 text-xs text-ink-faint tabular-nums sm:truncate">
          {facts.join(" · ")} ·{" "}
          <time dateTime={video.upload_time} title={formatInstant(video.upload_time, language)}>
            {formatAgo(video.upload_time, language)}
          </time>
        </p>
      </div>
      <div className="order-last col-span-full min-w-0 md:order-none md:col-span-1">
        <VideoState video={video} progress={active ? progress : undefined} />
      </div>
      <VideoActions video={video} label={t("dashboard.actionsOf", { name: video.original_filename })} />
    </li>
  );
}

function Poster({ video }: { video: Video }) {
  const [broken, setBroken] = useState(false);
  return (
    <Link
      to={`/videos/${video.id}`}
      tabIndex={-1}
      aria-hidden
      className="grid aspect-video w-20 place-items-center overflow-hidden rounded-lg bg-stage text-white/40 sm:w-28"
    >
      {broken ? (
        <Film size={20} />
      ) : (
        <img
          src={posterUrl(video.id)}
          alt=""
          loading="lazy"
          className="size-full object-cover"
          onError={() => setBroken(true)}
        />
      )}
    </Link>
  );
}

export function VideoRowSkeleton() {
  return (
    <div className={`${ROW} border-b last:border-0`}>
      <Skeleton className="aspect-video w-20 rounded-lg sm:w-28" />
      <div className="grid gap-2">
        <Skeleton className="h-4 w-2/5" />
        <Skeleton className="h-3 w-3/5" />
      </div>
      <Skeleton className="hidden h-4 w-40 md:block" />
      <Skeleton className="size-8" />
    </div>
  );
}
