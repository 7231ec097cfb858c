import { Outlet, useLocation, useNavigate } from "react-router";

import { Header } from "@/app/header";
import { OfflineBanner } from "@/app/offline-banner";
import { WorkersBanner } from "@/app/workers-banner";
import { DropAnywhere } from "@/features/upload/drop-anywhere";
import { useI18n } from "@/i18n/i18n";

/** What every page has: the header, the news of a lost server, and a whole window to drop files on. */
export function Shell() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  return (
    <DropAnywhere onDropped={() => pathname !== "/" && void navigate("/")}>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-raised focus:px-3 focus:py-2"
      >
        {t("app.skip")}
      </a>
      <Header />
      <OfflineBanner />
      <WorkersBanner />
      <main id="main" className="flex flex-1 flex-col">
        <Outlet />
      </main>
    </DropAnywhere>
  );
}
