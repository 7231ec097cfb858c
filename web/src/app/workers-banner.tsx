import { useQuery } from "@tanstack/react-query";
import { ServerOff } from "lucide-react";

import { reachability } from "@/api/reachability";
import { readyQuery } from "@/api/service";
import { Banner } from "@/components/banner";
import { useI18n } from "@/i18n/i18n";
import { useStore } from "@/lib/store";

/** Says that nobody is there to track: what is uploaded waits. */
export function WorkersBanner() {
  const { t } = useI18n();
  const reachable = useStore(reachability);
  const { data } = useQuery(readyQuery);
  const trackers = data?.workers.find((worker) => worker.kind === "track");
  if (!reachable || trackers === undefined || trackers.count > 0) return null;
  return <Banner icon={ServerOff} title={t("workers.title")} detail={t("workers.detail")} />;
}
