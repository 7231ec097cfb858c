import { JobList } from "@/features/jobs/job-list";
import { useI18n } from "@/i18n/i18n";

export function JobsPage() {
  const { t } = useI18n();
  return (
    <div className="mx-auto w-full max-w-6xl 2xl:max-w-7xl px-4 py-6 sm:px-6">
      <title>{`${t("jobs.title")} · SAM-MOT`}</title>
      <JobList />
    </div>
  );
}
