import { ChevronRight } from "lucide-react";

import type { Engine } from "@/api/types";
import { Badge } from "@/components/badge";
import { useI18n } from "@/i18n/i18n";

/** The weights that others publish for an engine, with the licence of each; folded away. */
export function EngineModels({ models }: Pick<Engine, "models">) {
  const { t } = useI18n();
  if (models.length === 0) return null;
  return (
    <details className="group/models text-xs">
      <summary className="flex w-fit list-none items-center gap-1.5 rounded text-ink-soft hover:text-ink">
        <ChevronRight size={12} className="transition-transform group-open/models:rotate-90" aria-hidden />
        {t("engine.models")}
      </summary>
      <ul className="grid gap-1.5 pt-2 pl-4.5">
        {models.map((model) => (
          <li key={model.name} className="grid gap-0.5">
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="font-medium">{model.name}</span>
              <span className="text-ink-soft">{model.licence}</span>
              {model.gated && <Badge tone="warn">{t("engine.gated")}</Badge>}
              {model.installed && <Badge tone="good">{t("engine.installed")}</Badge>}
            </span>
            {model.gated && (
              <span className="text-ink-soft">{t("engine.terms", { repository: model.repository })}</span>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
