import { JobList } from "@/features/jobs/job-list";

export function JobsPage() {
  return (
    <div className="mx-auto w-full max-w-6xl px-4 py-6 sm:px-6">
      <JobList />
    </div>
  );
}
