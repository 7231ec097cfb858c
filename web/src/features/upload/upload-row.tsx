import { Check, CopyCheck, Film, Pause, Play, RotateCcw, TriangleAlert, X } from "lucide-react";
import { Link } from "react-router";

import { Button } from "@/components/button";
import { IconButton } from "@/components/icon-button";
import { Progress } from "@/components/progress";
import { isActive, isOver, uploadSecondsLeft, uploadSpeed, type UploadItem } from "@/features/upload/upload-state";
import { uploads } from "@/features/upload/uploads";
import { problemLine } from "@/i18n/problems";
import { useI18n, type Translate } from "@/i18n/i18n";
import { spanText } from "@/i18n/span";
import { cn } from "@/lib/cn";
import { formatBytes, formatPercent } from "@/lib/format";

/** Too large, or not a video: the same file would be refused again. */
const HOPELESS = new Set<number | undefined>([413, 422]);

function share(item: UploadItem): number {
  return item.size > 0 ? item.sent / item.size : 0;
}

/** The line under the name: what is going on, in figures. */
function statusLine(item: UploadItem, t: Translate): string {
  const amount = t("upload.amount", { sent: formatBytes(item.sent), size: formatBytes(item.size) });
  switch (item.phase) {
    case "queued":
      return `${formatBytes(item.size)} · ${t("upload.phase.queued")}`;
    case "sending": {
      if (item.sent >= item.size) return t("upload.phase.checking");
      const speed = uploadSpeed(item);
      const left = uploadSecondsLeft(item);
      return [
        amount,
        speed === null ? null : `${formatBytes(speed)}/s`,
        left === null ? null : t("common.left", { span: spanText(left, t) }),
      ]
        .filter(Boolean)
        .join(" · ");
    }
    case "waiting":
      return `${amount} · ${t("upload.phase.waiting")}`;
    case "paused":
      return `${amount} · ${t("upload.phase.paused")}`;
    case "interrupted":
      return `${amount} · ${t("upload.phase.interrupted")}`;
    case "done":
      return `${formatBytes(item.size)} · ${t("upload.phase.done")}`;
    case "duplicate":
      return t("upload.phase.duplicate");
    case "failed":
      return formatBytes(item.size);
  }
}

function PhaseIcon({ item }: { item: UploadItem }) {
  const tone =
    item.phase === "failed"
      ? "bg-bad-soft text-bad"
      : isOver(item)
        ? "bg-good-soft text-good"
        : item.phase === "waiting" || item.phase === "interrupted"
          ? "bg-warn-soft text-warn"
          : "bg-sunken text-ink-faint";
  const Icon =
    item.phase === "failed"
      ? TriangleAlert
      : item.phase === "duplicate"
        ? CopyCheck
        : item.phase === "done"
          ? Check
          : Film;
  return (
    <span className={cn("grid size-9 shrink-0 place-items-center rounded-lg", tone)}>
      <Icon size={17} aria-hidden />
    </span>
  );
}

function Controls({ item, onChoose }: { item: UploadItem; onChoose: () => void }) {
  const { t } = useI18n();
  return (
    <div className="flex shrink-0 items-center">
      {item.videoId && (
        <Button asChild size="small" variant={item.phase === "duplicate" ? "primary" : "secondary"}>
          <Link to={`/videos/${item.videoId}`}>{t("common.open")}</Link>
        </Button>
      )}
      {item.phase === "interrupted" && (
        <Button size="small" onClick={onChoose}>
          {t("upload.chooseAgain")}
        </Button>
      )}
      {(isActive(item) || item.phase === "queued") && item.sent < item.size && (
        <IconButton label={t("upload.pause")} onClick={() => uploads.pause(item.id)}>
          <Pause size={16} />
        </IconButton>
      )}
      {item.phase === "paused" && (
        <IconButton label={t("upload.resume")} onClick={() => uploads.resume(item.id)}>
          <Play size={16} />
        </IconButton>
      )}
      {item.phase === "failed" && !HOPELESS.has(item.problem?.status) && (
        <IconButton label={t("common.tryAgain")} onClick={() => uploads.resume(item.id)}>
          <RotateCcw size={16} />
        </IconButton>
      )}
      {isOver(item) || item.phase === "failed" ? (
        <IconButton label={t("upload.dismiss")} onClick={() => uploads.dismiss(item.id)}>
          <X size={16} />
        </IconButton>
      ) : (
        <IconButton label={t("upload.cancel")} onClick={() => void uploads.cancel(item.id)}>
          <X size={16} />
        </IconButton>
      )}
    </div>
  );
}

export function UploadRow({ item, onChoose }: { item: UploadItem; onChoose: () => void }) {
  const { t } = useI18n();
  const settled = isOver(item) || item.phase === "failed";
  return (
    <li
      className="flex flex-wrap items-center justify-end gap-x-3 gap-y-1 px-4 py-2.5"
      data-testid="upload-row"
      data-phase={item.phase}
    >
      <PhaseIcon item={item} />
      <div className="min-w-0 flex-1 basis-44">
        <div className="flex items-baseline gap-3">
          <span className="truncate font-medium">{item.name}</span>
          {!settled && (
            <span className="ml-auto text-xs whitespace-nowrap text-ink-soft tabular-nums">
              {formatPercent(share(item))}
            </span>
          )}
        </div>
        {!settled && (
          <Progress
            className="my-1.5"
            value={item.phase === "sending" && item.sent >= item.size ? null : share(item)}
            label={t("upload.progressOf", { name: item.name })}
            tone={item.phase === "sending" ? "accent" : "muted"}
          />
        )}
        {item.problem ? (
          <p role="alert" className="text-[13px] text-bad">
            {problemLine(item.problem, t)}
          </p>
        ) : (
          <p className="text-xs text-ink-faint tabular-nums sm:truncate">{statusLine(item, t)}</p>
        )}
      </div>
      <Controls item={item} onChoose={onChoose} />
    </li>
  );
}
