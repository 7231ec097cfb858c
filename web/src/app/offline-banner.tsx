import { useQueryClient } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import { useEffect } from "react";

import { http } from "@/api/client";
import { reachability } from "@/api/reachability";
import { Banner } from "@/components/banner";
import { useI18n } from "@/i18n/i18n";
import { useStore } from "@/lib/store";

const ASK_MS = 3000;

/** Says that the server is away, and asks until it is back. */
export function OfflineBanner() {
  const { t } = useI18n();
  const reachable = useStore(reachability);
  const client = useQueryClient();
  useEffect(() => {
    if (reachable) return undefined;
    const timer = window.setInterval(() => {
      http
        .get("/health")
        .then(() => client.invalidateQueries())
        .catch(() => undefined);
    }, ASK_MS);
    return () => window.clearInterval(timer);
  }, [reachable, client]);
  if (reachable) return null;
  return <Banner icon={CloudOff} title={t("offline.title")} detail={t("offline.detail")} />;
}
