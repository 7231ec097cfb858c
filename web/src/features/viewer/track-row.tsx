import { Eye, EyeOff, Focus } from "lucide-react";

import type { Track } from "@/api/types";
import { Hint } from "@/components/hint";
import {
  hover,
  isVisible,
  select,
  toggleHidden,
  toggleSolo,
  useViewer,
  type Selection,
} from "@/features/viewer/viewer-model";
import { useI18n } from "@/i18n/i18n";
import { cn } from "@/lib/cn";
import { formatCount } from "@/lib/format";
import { trackColour } from "@/lib/palette";

export const TRACK_ROW_HEIGHT = 52;

interface TrackRowProps {
  track: Track;
  selection: Selection;
  /** Pixels from the top of the list. */
  top: number;
}

const SMALL = "grid size-7 place-items-center rounded-md text-ink-faint hover:bg-line hover:text-ink";

/** One track: pointing at it lights it up in the video, choosing it goes to its first frame. */
export function TrackRow({ track, selection, top }: TrackRowProps) {
  const { t, language } = useI18n();
  const model = useViewer();
  const { track_id: id } = track;
  const visible = isVisible(selection, id);
  const choose = () => {
    const already = selection.selected === id;
    select(model, already ? null : id);
    const frame = model.player.current;
    if (!already && (frame < track.first_frame || frame > track.last_frame)) model.player.seek(track.first_frame);
  };
  return (
    <li
      data-testid="track-row"
      style={{ top, height: TRACK_ROW_HEIGHT }}
      className={cn(
        "absolute inset-x-0 flex items-center gap-1 border-b pr-2 pl-3",
        selection.hovered === id && "bg-sunken",
        selection.selected === id && "bg-accent-soft",
      )}
      onMouseEnter={() => hover(model, id)}
      onMouseLeave={() => hover(model, null)}
    >
      <button
        type="button"
        aria-pressed={selection.selected === id}
        onClick={choose}
        onFocus={() => hover(model, id)}
        onBlur={() => hover(model, null)}
        className={cn("flex min-w-0 flex-1 items-center gap-3 rounded-md py-1.5 text-left", !visible && "opacity-45")}
      >
        <span className="size-3 shrink-0 rounded-full" style={{ background: trackColour(id) }} aria-hidden />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-1.5">
            <span className="font-medium tabular-nums">#{id}</span>
            <span className="truncate text-ink-soft">{track.label ?? t("tracks.object")}</span>
          </span>
          <span className="block truncate text-xs text-ink-faint tabular-nums">
            {t("tracks.span", {
              first: formatCount(track.first_frame, language),
              last: formatCount(track.last_frame, language),
              count: formatCount(track.frame_total, language),
            })}
          </span>
        </span>
        <Hint text={t("tracks.score")}>
          <span className="text-[13px] text-ink-soft tabular-nums">{track.mean_score.toFixed(2)}</span>
        </Hint>
      </button>
      <Hint text={t("tracks.soloHint")} shortcut="S">
        <button
          type="button"
          aria-label={t("tracks.soloOf", { id })}
          aria-pressed={selection.solo === id}
          className={cn(
            SMALL,
            selection.solo === id && "bg-accent text-accent-ink hover:bg-accent-strong hover:text-accent-ink",
          )}
          onClick={() => toggleSolo(model, id)}
        >
          <Focus size={15} />
        </button>
      </Hint>
      <Hint text={visible ? t("tracks.hide") : t("tracks.show")} shortcut="H">
        <button
          type="button"
          aria-label={visible ? t("tracks.hideOf", { id }) : t("tracks.showOf", { id })}
          className={SMALL}
          onClick={() => toggleHidden(model, id)}
        >
          {visible ? <Eye size={15} /> : <EyeOff size={15} />}
        </button>
      </Hint>
    </li>
  );
}
