import { Compass } from "lucide-react";
import { Link } from "react-router";

import { Button } from "@/components/button";
import { StatePanel } from "@/components/state-panel";
import { useI18n } from "@/i18n/i18n";

export function NotFoundPage() {
  const { t } = useI18n();
  return (
    <StatePanel
      icon={Compass}
      title={t("notFound.title")}
      className="flex-1 justify-center"
      actions={
        <Button asChild variant="primary">
          <Link to="/">{t("notFound.home")}</Link>
        </Button>
      }
    >
      {t("notFound.detail")}
    </StatePanel>
  );
}
