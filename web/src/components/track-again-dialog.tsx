import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { useTrackAgain } from "@/api/jobs";
import { toProblem } from "@/api/problem";
import { enginesQuery } from "@/api/service";
import type { TrackingChoice } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ProblemPanel } from "@/components/problem-panel";
import { Skeleton } from "@/components/skeleton";
import { TrackingForm } from "@/components/tracking-form";
import { problemLine } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";

interface TrackAgainDialogProps {
  video: { id: string; original_filename: string };
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Runs a video once more, with another engine or other parameters. */
export function TrackAgainDialog({ video, open, onOpenChange }: TrackAgainDialogProps) {
  const { t } = useI18n();
  const [choice, setChoice] = useState<TrackingChoice>({});
  const engines = useQuery({ ...enginesQuery, enabled: open });
  const again = useTrackAgain();
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
          <Button variant="primary" onClick={start} disabled={again.isPending || !engines.data}>
            {t("tracking.start")}
          </Button>
        </>
      }
    >
      {engines.isPending && <Skeleton className="h-40" />}
      {engines.isError && <ProblemPanel error={engines.error} onRetry={() => void engines.refetch()} />}
      {engines.data && <TrackingForm engines={engines.data} choice={choice} onChange={setChoice} />}
      {again.isError && (
        <p role="alert" className="mt-3 text-bad">
          {problemLine(toProblem(again.error), t)}
        </p>
      )}
    </Dialog>
  );
}
