import { useQuery } from "@tanstack/react-query";
import { CircleStop, Clapperboard, MonitorPlay, RotateCcw, ScanSearch, Scissors } from "lucide-react";
import { Link } from "react-router";

import { useCancelJob, useRetryJob } from "@/api/jobs";
import { toProblem } from "@/api/problem";
import type { Job } from "@/api/types";
import { videoQuery } from "@/api/videos";
import { IconButton } from "@/components/icon-button";
import { Progress } from "@/components/progress";
import { StatusBadge } from "@/components/status-badge";
import { problemText } from "@/i18n/problems";
import { failureText } from "@/i18n/failures";
import { useI18n, type Translate } from "@/i18n/i18n";
import { spanText } from "@/i18n/span";
import { formatAgo, formatFps, formatPercent } from "@/lib/format";
import { toast } from "@/lib/toasts";

const ICONS = { track: ScanSearch, span: Scissors, proxy: MonitorPlay, render: Clapperboard } as const;

function figures(job: Job, t: Translate): string {
  const parts = [
    job.fps > 0 ? t("common.fps", { fps: formatFps(job.fps) }) : null,
    job.state === "running" && job.eta_seconds !== null
      ? t("common.left", { span: spanText(job.eta_seconds, t) })
      : null,
    job.state === "completed" && job.processing_seconds > 0
      ? t("dashboard.took", { span: spanText(job.processing_seconds, t) })
      : null,
    job.state === "queued" && job.queue_position !== null
      ? t("jobs.position", { position: job.queue_position + 1 })
      : null,
    job.attempt > 1 ? t("jobs.attempt", { attempt: job.attempt, most: job.max_attempts }) : null,
  ];
  return parts.filter(Boolean).join(" · ");
}

export function JobRow({ job }: { job: Job }) {
  const { t, language } = useI18n();
  const video = useQuery({ ...videoQuery(job.video_id), staleTime: 60_000 });
  const Icon = ICONS[job.kind];
  const parameters = Object.entries(job.parameters)
    .filter(([, value]) => typeof value !== "object")
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");
  const { preset } = job.parameters;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3" data-testid="job-row" data-state={job.state}>
      <span className="grid size-9 shrink-0 place-items-center rounded-lg bg-sunken text-ink-soft">
        <Icon size={17} aria-hidden />
      </span>
      <div className="min-w-40 flex-1">
        <p className="truncate">
          <span className="font-medium">{t(`kind.${job.kind}`)}</span>{" "}
          <Link to={`/videos/${job.video_id}`} className="rounded text-ink-soft hover:text-accent">
            {video.data?.original_filename ?? ""}
          </Link>
        </p>
        <p className="truncate text-xs text-ink-faint tabular-nums" title={parameters}>
          {[
            job.engine ? `${job.engine} ${job.engine_version}` : null,
            preset === undefined ? null : String(preset),
            job.priority === "normal" ? null : t(`priority.${job.priority}`),
            formatAgo(job.created_at, language),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        <Failures job={job} />
      </div>
      <div className="order-last w-full sm:order-none sm:w-72">
        <div className="flex items-center gap-2.5">
          <StatusBadge status={job.state} />
          {job.state === "running" && (
            <>
              <Progress value={job.progress} label={t("jobs.progress")} />
              <span className="w-11 shrink-0 text-right whitespace-nowrap text-xs text-ink-soft tabular-nums">
                {formatPercent(job.progress)}
              </span>
            </>
          )}
        </div>
        <p className="mt-1 truncate text-xs text-ink-faint tabular-nums">{figures(job, t)}</p>
      </div>
      <JobControls
        job={job}
        superseded={job.kind === "track" && video.data !== undefined && video.data.job_id !== job.id}
      />
    </li>
  );
}

/** Why earlier attempts ended, and why the last one did. */
function Failures({ job }: { job: Job }) {
  const { t } = useI18n();
  if (job.failures.length === 0) {
    const reason = failureText(job.error_code, job.error_message);
    return reason ? (
      <p className="mt-1 text-xs text-bad" title={job.error_message ?? ""}>
        {reason}
      </p>
    ) : null;
  }
  return (
    <details className="mt-1 text-xs">
      <summary className={job.state === "failed" ? "w-fit rounded text-bad" : "w-fit rounded text-ink-soft"}>
        {t("jobs.failures", { count: job.failures.length })}
      </summary>
      <ol className="mt-1 grid gap-1 text-ink-soft">
        {job.failures.map((failure) => (
          <li key={failure.attempt} title={failure.reason}>
            <span className="text-ink-faint">{t("jobs.attemptNumber", { attempt: failure.attempt })}</span>{" "}
            {failureText(failure.code, failure.reason)}
          </li>
        ))}
      </ol>
    </details>
  );
}

/** A tracking job that its video no longer shows is not tried again: a later one counts. */
function JobControls({ job, superseded }: { job: Job; superseded: boolean }) {
  const { t } = useI18n();
  const cancel = useCancelJob();
  const retry = useRetryJob();
  const complain = (error: Error) => toast({ tone: "bad", ...problemText(toProblem(error), t) });
  if (job.state === "queued" || job.state === "running") {
    return (
      <IconButton label={t("job.cancel")} onClick={() => cancel.mutate(job.id, { onError: complain })}>
        <CircleStop size={17} />
      </IconButton>
    );
  }
  if (!superseded && (job.state === "failed" || job.state === "cancelled")) {
    return (
      <IconButton label={t("job.retry")} onClick={() => retry.mutate(job.id, { onError: complain })}>
        <RotateCcw size={16} />
      </IconButton>
    );
  }
  return <span className="hidden size-8 sm:block" />;
}
