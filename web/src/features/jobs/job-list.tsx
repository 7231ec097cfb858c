import { useInfiniteQuery } from "@tanstack/react-query";
import { ListChecks } from "lucide-react";
import { useState } from "react";

import { jobListQuery, type JobFilter } from "@/api/jobs";
import type { JobKind, JobState } from "@/api/types";
import { useListInterval } from "@/api/use-progress";
import { Endless } from "@/components/endless";
import { ProblemPanel } from "@/components/problem-panel";
import { Segmented } from "@/components/segmented";
import { Select } from "@/components/select";
import { Skeleton } from "@/components/skeleton";
import { StatePanel } from "@/components/state-panel";
import { JobRow } from "@/features/jobs/job-row";
import { useI18n } from "@/i18n/i18n";

const STATES = ["queued", "running", "completed", "failed", "cancelled"] as const;
const KINDS = ["track", "span", "proxy", "render"] as const;

/** All work of the service, newest first: kinds, attempts, reasons. */
export function JobList() {
  const { t } = useI18n();
  const [state, setState] = useState<JobState | "all">("all");
  const [kind, setKind] = useState<JobKind | "all">("all");
  const interval = useListInterval();
  const filter: JobFilter = {
    ...(state === "all" ? {} : { state }),
    ...(kind === "all" ? {} : { kind }),
  };
  const list = useInfiniteQuery({ ...jobListQuery(filter), refetchInterval: interval });
  const jobs = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label={t("jobs.title")}>
      <h1 className="mb-3 text-lg font-semibold tracking-tight">{t("jobs.title")}</h1>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Segmented
          className="max-w-full"
          label={t("jobs.state")}
          value={state}
          onChange={setState}
          options={[
            { value: "all", label: t("dashboard.all") },
            ...STATES.map((value) => ({ value, label: t(`status.${value}`) })),
          ]}
        />
        <Select
          className="ml-auto"
          label={t("jobs.kind")}
          value={kind}
          onChange={setKind}
          options={[
            { value: "all", label: t("jobs.allKinds") },
            ...KINDS.map((value) => ({ value, label: t(`kind.${value}`) })),
          ]}
        />
      </div>
      <div className="overflow-hidden rounded-2xl border border-line bg-surface">
        {list.isPending && <Skeleton className="m-4 h-32" />}
        {list.isError && !list.data && <ProblemPanel error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && jobs.length === 0 && (
          <StatePanel icon={ListChecks} title={t("jobs.nothing")}>
            {t("jobs.nothingDetail")}
          </StatePanel>
        )}
        <ul className="divide-y">
          {jobs.map((job) => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      </div>
      <Endless hasMore={list.hasNextPage} loading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </section>
  );
}
