import { Search } from "lucide-react";
import { useEffect, useState } from "react";

import type { VideoStatus } from "@/api/types";
import type { VideoFilter, VideoSort } from "@/api/videos";
import { Segmented } from "@/components/segmented";
import { Select } from "@/components/select";
import { TextField } from "@/components/text-field";
import { SORTS, STATUSES } from "@/features/dashboard/use-dashboard-filter";
import { useI18n } from "@/i18n/i18n";

interface DashboardToolbarProps {
  filter: VideoFilter;
  onChange: (part: VideoFilter) => void;
}

const TYPING_MS = 250;

/** Search, status, order. */
export function DashboardToolbar({ filter, onChange }: DashboardToolbarProps) {
  const { t } = useI18n();
  const statuses: { value: VideoStatus | "all"; label: string }[] = [
    { value: "all", label: t("dashboard.all") },
    ...STATUSES.map((value) => ({ value, label: t(`status.${value}`) })),
  ];
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <Segmented
        className="max-w-full"
        label={t("dashboard.filter")}
        value={filter.status ?? "all"}
        options={statuses}
        onChange={(value) => onChange({ status: value === "all" ? undefined : value })}
      />
      <div className="ml-auto flex w-full gap-2 sm:w-auto">
        <SearchField value={filter.q ?? ""} onChange={(q) => onChange({ q })} />
        <Select<VideoSort>
          label={t("dashboard.sort")}
          value={filter.sort ?? "-upload_time"}
          options={SORTS.map((value) => ({ value, label: t(`sort.${value}`) }))}
          onChange={(sort) => onChange({ sort })}
        />
      </div>
    </div>
  );
}

/** Asks the server only when the typing rests. */
function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useI18n();
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = window.setTimeout(() => onChange(text), TYPING_MS);
    return () => window.clearTimeout(timer);
  }, [text, value, onChange]);
  return (
    <div className="relative flex-1 sm:w-56 sm:flex-none">
      <Search
        size={15}
        className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-faint"
        aria-hidden
      />
      <TextField
        type="search"
        className="pl-8.5"
        aria-label={t("dashboard.search")}
        placeholder={t("dashboard.search")}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </div>
  );
}
