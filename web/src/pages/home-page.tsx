import { useInfiniteQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { useNavigate, useSearchParams } from "react-router";

import { toProblem } from "@/api/problem";
import { useDemoVideo, videoListQuery } from "@/api/videos";
import { Button } from "@/components/button";
import { ProcessingDashboard } from "@/features/dashboard/processing-dashboard";
import { VideoUploadComponent } from "@/features/upload/video-upload-component";
import { problemText } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";
import { toast } from "@/lib/toasts";

/** The first page: upload above, the library below; a first visitor sees the invitation alone. */
export function HomePage() {
  const [params] = useSearchParams();
  const all = useInfiniteQuery(videoListQuery({}));
  const isFirstVisit = all.data?.pages[0]?.total === 0 && params.size === 0;
  return (
    <div className="mx-auto grid w-full max-w-6xl 2xl:max-w-7xl grid-cols-[minmax(0,1fr)] gap-6 px-4 py-6 sm:px-6">
      <title>SAM-MOT</title>
      <VideoUploadComponent spacious={isFirstVisit} alternative={<DemoButton />} />
      {isFirstVisit ? <HowItWorks /> : <ProcessingDashboard />}
    </div>
  );
}

function DemoButton() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const demo = useDemoVideo();
  const begin = () =>
    demo.mutate(undefined, {
      onSuccess: (video) => void navigate(`/videos/${video.id}`),
      onError: (error) => toast({ tone: "bad", ...problemText(toProblem(error), t) }),
    });
  return (
    <Button size="large" disabled={demo.isPending} onClick={begin}>
      <Sparkles size={17} className="text-accent" aria-hidden />
      {demo.isPending ? t("demo.making") : t("demo.try")}
    </Button>
  );
}

function HowItWorks() {
  const { t } = useI18n();
  const steps = [
    { title: t("steps.drop.title"), detail: t("steps.drop.detail") },
    { title: t("steps.watch.title"), detail: t("steps.watch.detail") },
    { title: t("steps.take.title"), detail: t("steps.take.detail") },
  ];
  return (
    <ol className="grid gap-4 sm:grid-cols-3">
      {steps.map((step, index) => (
        <li key={step.title} className="rounded-2xl border border-line bg-surface p-5">
          <span className="grid size-6 place-items-center rounded-full bg-sunken text-xs font-semibold text-ink-soft tabular-nums">
            {index + 1}
          </span>
          <h2 className="mt-3 font-semibold">{step.title}</h2>
          <p className="mt-1 text-ink-soft">{step.detail}</p>
        </li>
      ))}
    </ol>
  );
}
