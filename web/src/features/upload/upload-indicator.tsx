import { UploadCloud } from "lucide-react";
import { Link } from "react-router";

import { isActive } from "@/features/upload/upload-state";
import { uploads } from "@/features/upload/uploads";
import { useI18n } from "@/i18n/i18n";
import { formatPercent } from "@/lib/format";
import { useStore } from "@/lib/store";

/** The uploads' common progress, for pages that do not list them. */
export function UploadIndicator() {
  const { t } = useI18n();
  const active = useStore(uploads.items).filter((item) => isActive(item) || item.phase === "queued");
  if (active.length === 0) return null;
  const size = active.reduce((sum, item) => sum + item.size, 0);
  const sent = active.reduce((sum, item) => sum + item.sent, 0);
  return (
    <Link
      to="/"
      aria-label={t("upload.list")}
      className="flex h-8 items-center gap-1.5 rounded-lg bg-accent-soft px-2.5 text-[13px] font-medium text-accent tabular-nums dark:text-accent-strong"
    >
      <UploadCloud size={15} aria-hidden />
      {formatPercent(size > 0 ? sent / size : 0)}
    </Link>
  );
}
