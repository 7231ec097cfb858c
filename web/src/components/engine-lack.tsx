import type { Engine } from "@/api/types";
import { Command } from "@/components/command";
import { serviceWord, useI18n } from "@/i18n/i18n";

/** Why an engine cannot be used here, and the one command that mends it. */
export function EngineLack({ engine }: { engine: Engine }) {
  const { t } = useI18n();
  if (engine.lacks === null) return null;
  return (
    <div className="grid gap-1.5 text-xs text-ink-soft">
      <p>
        {serviceWord(`lack.${engine.lacks}`, engine.reason ?? "")}
        {". "}
        {t("engine.mend")}
      </p>
      {engine.remedy && <Command text={engine.remedy} />}
    </div>
  );
}
