import {
  ChevronFirst,
  ChevronLast,
  ChevronLeft,
  ChevronRight,
  Maximize,
  Pause,
  Play,
  Repeat,
  SquareMousePointer,
  ZoomIn,
  ZoomOut,
} from "lucide-react";

import type { Track } from "@/api/types";
import { Button } from "@/components/button";
import { IconButton } from "@/components/icon-button";
import { Select } from "@/components/select";
import { nextEvent } from "@/features/viewer/events";
import { FrameField } from "@/features/viewer/frame-field";
import { RATES } from "@/features/viewer/player";
import { closeTool, openTool } from "@/features/viewer/prompting";
import { toggleFullscreen } from "@/features/viewer/fullscreen";
import { zoomWindow } from "@/features/viewer/timeline-scale";
import { useViewer } from "@/features/viewer/viewer-model";
import { ViewMenu } from "@/features/viewer/view-menu";
import { useI18n } from "@/i18n/i18n";
import { cn } from "@/lib/cn";
import { useSelected, useStore } from "@/lib/store";

interface TransportProps {
  frameCount: number;
  tracks: readonly Track[];
}

/** Play, step, seek, speed, view. */
export function Transport({ frameCount, tracks }: TransportProps) {
  const { t } = useI18n();
  const { player } = useViewer();
  const playing = useStore(player.playing);
  const jump = (direction: 1 | -1) => {
    const frame = nextEvent(tracks, player.current, direction);
    if (frame !== null) player.seek(frame);
  };
  return (
    <div
      role="toolbar"
      aria-label={t("player.title")}
      className="flex flex-wrap items-center gap-x-1 gap-y-1 border-t bg-surface px-2 py-1.5 sm:px-3"
    >
      <IconButton label={t("player.previousEvent")} shortcut="E" className="max-sm:hidden" onClick={() => jump(-1)}>
        <ChevronFirst size={18} />
      </IconButton>
      <IconButton label={t("player.back")} shortcut="←" onClick={() => player.step(-1)}>
        <ChevronLeft size={18} />
      </IconButton>
      <IconButton
        label={playing ? t("player.pause") : t("player.play")}
        shortcut="Space"
        variant="primary"
        className="size-9 rounded-full"
        onClick={() => player.toggle()}
      >
        {playing ? <Pause size={17} fill="currentColor" /> : <Play size={17} fill="currentColor" className="ml-0.5" />}
      </IconButton>
      <IconButton label={t("player.forward")} shortcut="→" onClick={() => player.step(1)}>
        <ChevronRight size={18} />
      </IconButton>
      <IconButton label={t("player.nextEvent")} shortcut="R" className="max-sm:hidden" onClick={() => jump(1)}>
        <ChevronLast size={18} />
      </IconButton>
      <FrameField frameCount={frameCount} />
      <div className="ml-auto flex items-center gap-1">
        <PromptButton />
        <RateSelect />
        <LoopButton />
        <ZoomButtons frameCount={frameCount} />
        <ViewMenu />
        <IconButton label={t("player.fullscreen")} shortcut="⇧F" onClick={toggleFullscreen}>
          <Maximize size={16} />
        </IconButton>
      </div>
    </div>
  );
}

function RateSelect() {
  const { t } = useI18n();
  const { player } = useViewer();
  const rate = useStore(player.rate);
  return (
    <Select
      className="h-8 border-transparent px-2 text-[13px] tabular-nums shadow-none"
      label={t("player.rate")}
      value={String(rate)}
      options={RATES.map((value) => ({ value: String(value), label: `${value}×` }))}
      onChange={(value) => player.setRate(Number(value))}
    />
  );
}

/** Takes up the tool that shows objects to an engine. */
function PromptButton() {
  const { t } = useI18n();
  const { player, prompting } = useViewer();
  const active = useSelected(prompting, (state) => state.active);
  const flip = () => {
    player.pause();
    if (active) closeTool(prompting);
    else openTool(prompting);
  };
  return (
    <Button
      variant="ghost"
      size="small"
      className={cn("h-8", active && "bg-accent-soft text-accent dark:text-accent-strong")}
      aria-label={t("prompts.title")}
      aria-pressed={active}
      onClick={flip}
    >
      <SquareMousePointer size={15} aria-hidden />
      <span className="max-sm:hidden">{t("prompts.title")}</span>
    </Button>
  );
}

function LoopButton() {
  const { t } = useI18n();
  const { player } = useViewer();
  const loop = useStore(player.loop);
  return (
    <IconButton
      label={t("player.loop")}
      shortcut="⇧L"
      aria-pressed={loop}
      className={cn("max-sm:hidden", loop && "bg-accent-soft text-accent dark:text-accent-strong")}
      onClick={() => player.setLoop(!loop)}
    >
      <Repeat size={16} />
    </IconButton>
  );
}

function ZoomButtons({ frameCount }: { frameCount: number }) {
  const { t } = useI18n();
  const model = useViewer();
  const zoom = (factor: number) => {
    const window = model.window.get() ?? { from: 0, to: frameCount };
    const next = zoomWindow(window, factor, model.player.current, frameCount);
    model.window.set(next.to - next.from >= frameCount ? null : next);
  };
  return (
    <>
      <IconButton label={t("timeline.zoomOut")} shortcut="−" className="max-md:hidden" onClick={() => zoom(2)}>
        <ZoomOut size={16} />
      </IconButton>
      <IconButton label={t("timeline.zoomIn")} shortcut="+" className="max-md:hidden" onClick={() => zoom(0.5)}>
        <ZoomIn size={16} />
      </IconButton>
    </>
  );
}
