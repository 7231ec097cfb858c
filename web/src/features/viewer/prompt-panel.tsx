import { ChevronRight, Trash2 } from "lucide-react";

import type { Prompt, Video } from "@/api/types";
import { EngineLack } from "@/components/engine-lack";
import { EngineSpeed } from "@/components/engine-choice";
import { IconButton } from "@/components/icon-button";
import { ProblemPanel } from "@/components/problem-panel";
import { TrackingForm } from "@/components/tracking-form";
import { removed } from "@/features/viewer/prompting";
import { usePromptEngines } from "@/features/viewer/use-prompt-engines";
import { useViewer } from "@/features/viewer/viewer-model";
import { serviceWord, useI18n } from "@/i18n/i18n";
import { cn } from "@/lib/cn";
import { trackColour } from "@/lib/palette";
import { useStore } from "@/lib/store";

/** Beside the video while objects are shown: what was marked so far, and how it will be tracked. */
export function PromptPanel({ video }: { video: Video }) {
  const { t } = useI18n();
  const { prompting } = useViewer();
  const state = useStore(prompting);
  const { engines, usable, error } = usePromptEngines();
  if (error) return <ProblemPanel error={error} />;
  if (!usable) {
    return (
      <div className="grid gap-4 overflow-y-auto p-4">
        {engines.map((engine) => (
          <div key={engine.name} className="grid gap-1.5">
            <p className="text-[13px] font-medium">{serviceWord(`engine.${engine.name}`, engine.title)}</p>
            <EngineLack engine={engine} />
          </div>
        ))}
      </div>
    );
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      {state.prompts.length === 0 ? (
        <p className="px-4 py-6 text-ink-soft">{t("prompts.none")}</p>
      ) : (
        <ul aria-label={t("prompts.list")} className="divide-y border-b">
          {state.prompts.map((prompt) => (
            <PromptRow key={`${prompt.object} ${prompt.frame}`} prompt={prompt} />
          ))}
        </ul>
      )}
      <div className="px-4 pt-3 text-xs text-ink-soft">
        <span className="block font-medium">{serviceWord(`engine.${usable.name}`, usable.title)}</span>
        <EngineSpeed engine={usable} parameters={state.choice.parameters} frameCount={video.frame_count} />
      </div>
      <details className="group px-4 py-3">
        <summary className="flex w-fit list-none items-center gap-1.5 rounded text-[13px] text-ink-soft hover:text-ink">
          <ChevronRight size={14} className="transition-transform group-open:rotate-90" aria-hidden />
          {t("prompts.options")}
        </summary>
        <div className="pt-3">
          <TrackingForm
            engines={engines}
            choice={state.choice}
            frameCount={video.frame_count}
            onChange={(choice) => prompting.update((before) => ({ ...before, choice }))}
          />
        </div>
      </details>
    </div>
  );
}

function PromptRow({ prompt }: { prompt: Prompt }) {
  const { t } = useI18n();
  const { player, prompting } = useViewer();
  const state = useStore(prompting);
  const frame = useStore(player.frame);
  const { object } = prompt;
  const on = prompt.points?.filter((point) => point.inside !== false).length ?? 0;
  const beside = (prompt.points?.length ?? 0) - on;
  const marks = [
    prompt.box && t("prompts.box"),
    prompt.mask && t("prompts.mask"),
    on > 0 && `+${on}`,
    beside > 0 && `−${beside}`,
  ].filter(Boolean);
  const isCurrent = state.object === object && prompt.frame === frame;
  const go = () => {
    player.pause();
    player.seek(prompt.frame);
    prompting.update((before) => ({ ...before, object }));
  };
  return (
    <li className={cn("flex items-center gap-1 pr-2", isCurrent && "bg-accent-soft")} data-testid="prompt-row">
      <button
        type="button"
        aria-current={isCurrent}
        onClick={go}
        className="flex min-w-0 flex-1 items-center gap-2.5 py-2 pl-4 text-left outline-offset-[-2px]!"
      >
        <span aria-hidden className="size-2.5 shrink-0 rounded-full" style={{ backgroundColor: trackColour(object) }} />
        <span className="font-medium">{t("prompts.object", { object })}</span>
        <span className="text-ink-soft tabular-nums">{t("prompts.frame", { frame: prompt.frame })}</span>
        <span className="ml-auto text-xs text-ink-faint tabular-nums">{marks.join(" ")}</span>
      </button>
      <IconButton
        label={t("prompts.remove", { object, frame: prompt.frame })}
        onClick={() => prompting.update((before) => removed(before, object, prompt.frame))}
      >
        <Trash2 size={15} />
      </IconButton>
    </li>
  );
}
