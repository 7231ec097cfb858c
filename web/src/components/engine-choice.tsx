import { useId } from "react";

import type { Engine, Parameters } from "@/api/types";
import { Badge } from "@/components/badge";
import { EngineLack } from "@/components/engine-lack";
import { EngineModels } from "@/components/engine-models";
import { serviceWord, useI18n } from "@/i18n/i18n";
import { spanText } from "@/i18n/span";
import { cn } from "@/lib/cn";
import { measuredSpeed } from "@/lib/engine-speed";
import { formatFps } from "@/lib/format";

interface EngineChoiceProps {
  engines: readonly Engine[];
  chosen: Engine;
  parameters: Parameters | undefined;
  /** Of the video to be tracked, where it is known. */
  frameCount: number | undefined;
  onChange: (name: string) => void;
}

/** All engines with their state; only what can run here can be chosen. */
export function EngineChoice({ engines, chosen, parameters, frameCount, onChange }: EngineChoiceProps) {
  const { t } = useI18n();
  const group = useId();
  return (
    <fieldset className="grid min-w-0 gap-2">
      <legend className="mb-1.5 text-[13px] font-medium">{t("tracking.engine")}</legend>
      {engines.map((engine) => {
        const isChosen = engine === chosen;
        const about = `${group}-${engine.name}`;
        return (
          <div
            key={engine.name}
            className={cn(
              "grid gap-2 rounded-xl border px-3 py-2.5 transition-colors has-focus-visible:outline-2 has-focus-visible:outline-accent",
              isChosen ? "border-accent bg-accent-soft/50" : "border-line-strong",
            )}
          >
            <label className={cn("grid gap-0.5", engine.available && "cursor-pointer")}>
              <span className="flex items-center gap-2.5">
                <input
                  type="radio"
                  name={group}
                  checked={isChosen && engine.available}
                  disabled={!engine.available}
                  aria-describedby={about}
                  onChange={() => onChange(engine.name)}
                  className="size-4 shrink-0 accent-accent outline-none"
                />
                <span className={cn("font-medium", !engine.available && "text-ink-soft")}>
                  {serviceWord(`engine.${engine.name}`, engine.title)}
                </span>
                <span className="ml-auto">
                  <Badge tone={engine.available ? "good" : "neutral"}>{t(`engine.${engine.lacks ?? "ready"}`)}</Badge>
                </span>
              </span>
              <span id={about} className="pl-6.5 text-xs text-ink-soft">
                {serviceWord(`engine.${engine.name}.description`, engine.description)}
                {engine.available && (
                  <EngineSpeed engine={engine} parameters={isChosen ? parameters : {}} frameCount={frameCount} />
                )}
              </span>
            </label>
            <div className="grid gap-2 pl-6.5 empty:hidden">
              {!engine.available && <EngineLack engine={engine} />}
              <EngineModels models={engine.models} />
            </div>
          </div>
        );
      })}
    </fieldset>
  );
}

interface EngineSpeedProps {
  engine: Engine;
  parameters: Parameters | undefined;
  frameCount: number | undefined;
}

/** How fast the engine has been on this installation, and what that means for the video. */
export function EngineSpeed({ engine, parameters, frameCount }: EngineSpeedProps) {
  const { t } = useI18n();
  const speed = measuredSpeed(engine, parameters);
  if (!speed) return <span className="block text-ink-faint">{t("engine.unmeasured")}</span>;
  const fps = speed.fps < 10 ? formatFps(Number(speed.fps.toPrecision(2))) : speed.fps.toFixed(0);
  const isTrial = speed.job_count === 0;
  const words =
    frameCount === undefined
      ? t(isTrial ? "engine.trial" : "engine.speed", { fps, count: speed.job_count })
      : t(isTrial ? "engine.trialTakes" : "engine.takes", { fps, span: spanText(frameCount / speed.fps, t) });
  return <span className="block text-ink tabular-nums">{words}</span>;
}
