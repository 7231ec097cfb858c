import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { jobQuery, useTrackAgain } from "@/api/jobs";
import { toProblem } from "@/api/problem";
import { enginesQuery } from "@/api/service";
import type { Job, TrackingChoice } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ProblemPanel } from "@/components/problem-panel";
import { Skeleton } from "@/components/skeleton";
import { TrackingForm } from "@/components/tracking-form";
import { problemLine } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";

interface TrackAgainDialogProps {
  video: { id: string; original_filename: string; job_id: string | null; frame_count: number };
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

function asBefore(job: Job | undefined): TrackingChoice {
  return job ? { engine: job.engine, parameters: job.parameters, priority: job.priority } : {};
}

/** Runs a video once more, with another engine or other parameters. */
export function TrackAgainDialog({ video, open, onOpenChange }: TrackAgainDialogProps) {
  const { t } = useI18n();
  const [changed, setChanged] = useState<TrackingChoice | null>(null);
  const engines = useQuery({ ...enginesQuery, enabled: open });
  const last = useQuery({ ...jobQuery(video.job_id ?? ""), enabled: open && video.job_id !== null });
  const again = useTrackAgain();
  // Most want the last run with one thing changed.
  const choice = changed ?? asBefore(last.data);
  const ready = engines.data && !last.isLoading;
  const start = () => {
    const engine = choice.engine ?? engines.data?.find((candidate) => candidate.available)?.name;
    again.mutate(
      { videoId: video.id, choice: { ...choice, ...(engine ? { engine } : {}) } },
      { onSuccess: () => onOpenChange(false) },
    );
  };
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("tracking.againTitle")}
      description={t("tracking.againDetail", { name: video.original_filename })}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>{t("common.cancel")}</Button>
          <Button variant="primary" onClick={start} disabled={again.isPending || !ready}>
            {t("tracking.start")}
          </Button>
        </>
      }
    >
      {!ready && !engines.isError && <Skeleton className="h-40" />}
      {engines.isError && <ProblemPanel error={engines.error} onRetry={() => void engines.refetch()} />}
      {ready && (
        <TrackingForm engines={engines.data} choice={choice} frameCount={video.frame_count} onChange={setChanged} />
      )}
      {again.isError && (
        <p role="alert" className="mt-3 text-bad">
          {problemLine(toProblem(again.error), t)}
        </p>
      )}
    </Dialog>
  );
}
