import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { keys } from "@/api/keys";
import { toProblem } from "@/api/problem";
import { annotatedUrl, askForAnnotated } from "@/api/results";
import type { Video, VideoProgress } from "@/api/types";
import { problemText } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";
import { toast } from "@/lib/toasts";

const ASK_AGAIN_MS = 1500;

function save(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

/** Saves the annotated video: at once where it is ready, otherwise as soon as it is. */
export function useAnnotatedDownload(video: Video, progress: VideoProgress | undefined) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [wanted, setWanted] = useState(false);
  const status = progress?.render.status;
  // Asking for it may be what makes a failed rendering start again, so only a failure after that counts.
  const waiting = wanted && status !== "ready";

  useEffect(() => {
    if (!wanted || status !== "ready") return undefined;
    // Off the render, so that the effect changes nothing while React looks.
    const timer = window.setTimeout(() => {
      setWanted(false);
      save(annotatedUrl(video.id));
    });
    return () => window.clearTimeout(timer);
  }, [wanted, status, video.id]);

  useEffect(() => {
    if (!waiting) return undefined;
    const timer = window.setInterval(() => {
      void client.invalidateQueries({ queryKey: keys.progress(video.id) });
    }, ASK_AGAIN_MS);
    return () => window.clearInterval(timer);
  }, [client, waiting, video.id]);

  const ask = () => {
    if (status === "ready") {
      save(annotatedUrl(video.id));
      return;
    }
    setWanted(true);
    askForAnnotated(video.id)
      .then((render) => {
        if (render === null) void client.invalidateQueries({ queryKey: keys.progress(video.id) });
        else toast({ title: t("download.willSave") });
      })
      .catch((error: unknown) => {
        setWanted(false);
        toast({ tone: "bad", ...problemText(toProblem(error), t) });
      });
  };
  return { ask, waiting };
}
