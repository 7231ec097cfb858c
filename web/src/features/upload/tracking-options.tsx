import { useQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";

import { enginesQuery } from "@/api/service";
import { TrackingForm } from "@/components/tracking-form";
import { trackingChoice } from "@/features/upload/uploads";
import { useI18n } from "@/i18n/i18n";
import { useStore } from "@/lib/store";

/** Engine, parameters and priority for the next files; folded away, because the defaults serve most. */
export function TrackingOptions() {
  const { t } = useI18n();
  const engines = useQuery(enginesQuery);
  const choice = useStore(trackingChoice);
  return (
    <details className="group px-4 py-2.5">
      <summary className="flex w-fit list-none items-center gap-1.5 rounded text-[13px] text-ink-soft hover:text-ink">
        <ChevronRight size={14} className="transition-transform group-open:rotate-90" aria-hidden />
        {t("upload.options")}
      </summary>
      <div className="pt-3 pb-1">
        {engines.data && <TrackingForm engines={engines.data} choice={choice} onChange={trackingChoice.set} />}
      </div>
    </details>
  );
}
