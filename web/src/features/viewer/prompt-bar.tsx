import { Minus, Plus, Shapes, Undo2, X } from "lucide-react";

import { useTrackAgain } from "@/api/jobs";
import { toProblem } from "@/api/problem";
import type { Video } from "@/api/types";
import { Button } from "@/components/button";
import { IconButton } from "@/components/icon-button";
import { Segmented } from "@/components/segmented";
import { anotherObject, canExclude, closeTool, promptAt, undone } from "@/features/viewer/prompting";
import { usePromptEngines } from "@/features/viewer/use-prompt-engines";
import { useViewer } from "@/features/viewer/viewer-model";
import { problemText } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";
import { trackColour } from "@/lib/palette";
import { useStore } from "@/lib/store";
import { toast } from "@/lib/toasts";

/** Below the picture while objects are shown: what the next click means, and the way on. */
export function PromptBar({ video }: { video: Video }) {
  const { t } = useI18n();
  const { prompting } = useViewer();
  const state = useStore(prompting);
  const { engines, usable } = usePromptEngines();
  const again = useTrackAgain();
  const count = new Set(state.prompts.map((prompt) => prompt.object)).size;
  const start = () => {
    if (!usable) return;
    const choice = { engine: usable.name, ...state.choice, prompts: [...state.prompts] };
    again.mutate(
      { videoId: video.id, choice },
      {
        onSuccess: () => closeTool(prompting),
        onError: (error) => toast({ tone: "bad", ...problemText(toProblem(error), t) }),
      },
    );
  };
  return (
    <div
      role="toolbar"
      aria-label={t("prompts.title")}
      className="flex flex-wrap items-center gap-x-2 gap-y-1.5 border-t bg-accent-soft/60 px-2 py-1.5 sm:px-3"
    >
      {usable ? (
        <Marking />
      ) : (
        engines.length > 0 && (
          <p role="status" className="py-1.5 text-[13px]">
            {t("prompts.unusable")}
          </p>
        )
      )}
      <div className="ml-auto flex items-center gap-1">
        {usable && (
          <Button
            variant="primary"
            size="small"
            className="h-8"
            disabled={count === 0 || again.isPending}
            onClick={start}
          >
            {t("prompts.track", { count })}
          </Button>
        )}
        <IconButton label={t("common.close")} shortcut="Esc" onClick={() => closeTool(prompting)}>
          <X size={16} />
        </IconButton>
      </div>
    </div>
  );
}

/** What the next click means, and which object it belongs to. */
function Marking() {
  const { t } = useI18n();
  const { prompting } = useViewer();
  const state = useStore(prompting);
  return (
    <>
      <Segmented
        label={t("prompts.next")}
        value={state.inside ? "inside" : "outside"}
        onChange={(value) => prompting.update((before) => ({ ...before, inside: value === "inside" }))}
        options={[
          { value: "inside", label: <Sign icon={<Plus size={14} />} text={t("prompts.inside")} /> },
          { value: "outside", label: <Sign icon={<Minus size={14} />} text={t("prompts.outside")} /> },
        ]}
      />
      <IconButton
        label={t("prompts.undo")}
        shortcut="Ctrl Z"
        disabled={state.past.length === 0}
        onClick={() => prompting.update(undone)}
      >
        <Undo2 size={16} />
      </IconButton>
      <Button size="small" variant="ghost" className="h-8" onClick={() => prompting.update(anotherObject)}>
        <Shapes size={15} aria-hidden /> {t("prompts.another")}
      </Button>
      <Advice />
    </>
  );
}

function Sign({ icon, text }: { icon: React.ReactNode; text: string }) {
  return (
    <span className="flex items-center gap-1.5">
      {icon}
      {text}
    </span>
  );
}

/** Which object is being shown in which frame, and what to do next. */
function Advice() {
  const { t } = useI18n();
  const { player, prompting } = useViewer();
  const state = useStore(prompting);
  const frame = useStore(player.frame);
  const prompt = promptAt(state, frame);
  const marks = (prompt?.points?.length ?? 0) + (prompt?.box ? 1 : 0) + (prompt?.mask ? 1 : 0);
  const isLost = !state.inside && !canExclude(state, frame);
  const words = isLost ? "prompts.first" : marks > 0 ? "prompts.marked" : "prompts.advice";
  return (
    <p role="status" className="flex min-w-0 items-center gap-2 text-[13px] text-ink-soft max-sm:basis-full">
      <span
        aria-hidden
        className="size-2.5 shrink-0 rounded-full"
        style={{ backgroundColor: trackColour(state.object) }}
      />
      {t(words, { object: state.object, frame, count: marks })}
    </p>
  );
}
