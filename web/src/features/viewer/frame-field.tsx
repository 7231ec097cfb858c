import { useState, type KeyboardEvent } from "react";

import { useViewer } from "@/features/viewer/viewer-model";
import { useI18n } from "@/i18n/i18n";
import { formatClock } from "@/lib/format";
import { useStore } from "@/lib/store";

export const FRAME_FIELD_ID = "frame-field";

/** The frame on the screen and its time; typing a number goes there. */
export function FrameField({ frameCount }: { frameCount: number }) {
  const { t } = useI18n();
  const { player } = useViewer();
  const frame = useStore(player.frame);
  const [typed, setTyped] = useState<string | null>(null);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    if (event.key === "Enter" && typed !== null && /^\d+$/.test(typed.trim())) {
      player.pause();
      player.seek(Number(typed));
    }
    setTyped(null);
    event.currentTarget.blur();
  };
  return (
    <div className="ml-1 flex items-center gap-2 text-[13px] tabular-nums">
      <input
        id={FRAME_FIELD_ID}
        inputMode="numeric"
        aria-label={t("player.goTo")}
        data-testid="frame"
        className="h-7 w-16 rounded-md border border-transparent bg-sunken px-2 text-right font-medium focus:border-accent"
        value={typed ?? String(frame)}
        onFocus={(event) => {
          setTyped(String(frame));
          event.target.select();
        }}
        onBlur={() => setTyped(null)}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span className="text-ink-faint max-sm:hidden">/ {Math.max(0, frameCount - 1)}</span>
      <span className="text-ink-soft" data-testid="time">
        {formatClock(player.timeOf(frame))}
      </span>
    </div>
  );
}
