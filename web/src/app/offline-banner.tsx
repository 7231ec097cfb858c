import { useQueryClient } from "@tanstack/react-query";
import { CloudOff } from "lucide-react";
import { useEffect } from "react";

import { http } from "@/api/client";
import { reachability } from "@/api/reachability";
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
  return (
    <div
      role="alert"
      className="flex animate-fade items-center justify-center gap-2 bg-warn-soft px-4 py-2 text-[13px] text-warn"
    >
      <CloudOff size={15} aria-hidden />
      <span className="font-medium">{t("offline.title")}</span>
      <span className="hidden sm:inline">{t("offline.detail")}</span>
    </div>
  );
}
