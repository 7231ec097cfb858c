import type { Track } from "@/api/types";
import { nextEvent } from "@/features/viewer/events";
import { FRAME_FIELD_ID } from "@/features/viewer/frame-field";
import { toggleFullscreen } from "@/features/viewer/fullscreen";
import { closeTool, openTool, undone } from "@/features/viewer/prompting";
import { zoomWindow } from "@/features/viewer/timeline-scale";
import {
  select,
  showAll,
  toggleHidden,
  toggleSolo,
  type ViewerModel,
  type ViewOptions,
} from "@/features/viewer/viewer-model";
import type { Key } from "@/i18n/i18n";

export interface ShortcutScene {
  model: ViewerModel;
  tracks: readonly Track[];
  frameCount: number;
  openHelp: () => void;
}

export interface Shortcut {
  /** `KeyboardEvent.code`s, so that the keys stay where they are under every layout; "Shift+", "Ctrl+" where they are wanted. */
  codes: readonly string[];
  /** As they are printed on the keys. */
  shown: readonly string[];
  title: Key;
  run: (scene: ShortcutScene) => void;
}

const step =
  (frames: number) =>
  ({ model }: ShortcutScene) =>
    model.player.step(frames);

const jump =
  (direction: 1 | -1) =>
  ({ model, tracks }: ShortcutScene) => {
    const frame = nextEvent(tracks, model.player.current, direction);
    if (frame === null) return;
    model.player.pause();
    model.player.seek(frame);
  };

const flip =
  (layer: "masks" | "boxes" | "ids" | "trails") =>
  ({ model }: ShortcutScene) =>
    model.options.update((options): ViewOptions => ({ ...options, [layer]: !options[layer] }));

const zoom =
  (factor: number) =>
  ({ model, frameCount }: ShortcutScene) => {
    const window = model.window.get() ?? { from: 0, to: frameCount };
    const next = zoomWindow(window, factor, model.player.current, frameCount);
    model.window.set(next.to - next.from >= frameCount ? null : next);
  };

const withSelected =
  (act: (model: ViewerModel, trackId: number) => void) =>
  ({ model }: ShortcutScene) => {
    const { selected } = model.selection.get();
    if (selected !== null) act(model, selected);
  };

/** The next or the previous track becomes the chosen one. */
const choose =
  (direction: 1 | -1) =>
  ({ model, tracks }: ShortcutScene) => {
    const { selected } = model.selection.get();
    const index = tracks.findIndex((track) => track.track_id === selected);
    const next = tracks[index < 0 ? 0 : Math.min(tracks.length - 1, Math.max(0, index + direction))];
    if (next) select(model, next.track_id);
  };

const showObjects = ({ model }: ShortcutScene) => {
  model.player.pause();
  openTool(model.prompting);
};

const letGo = ({ model }: ShortcutScene) => {
  if (model.prompting.get().active) closeTool(model.prompting);
  else select(model, null);
};

/** The habits of CVAT and of video editors. */
export const SHORTCUTS: readonly Shortcut[] = [
  { codes: ["Space", "KeyK"], shown: ["Space", "K"], title: "keys.play", run: ({ model }) => model.player.toggle() },
  { codes: ["ArrowLeft", "KeyD", "Comma"], shown: ["←", "D", ","], title: "player.back", run: step(-1) },
  { codes: ["ArrowRight", "KeyF", "Period"], shown: ["→", "F", "."], title: "player.forward", run: step(1) },
  { codes: ["Shift+ArrowLeft", "KeyJ", "KeyC"], shown: ["⇧ ←", "J", "C"], title: "keys.backTen", run: step(-10) },
  { codes: ["Shift+ArrowRight", "KeyL", "KeyV"], shown: ["⇧ →", "L", "V"], title: "keys.forwardTen", run: step(10) },
  { codes: ["Home"], shown: ["Home"], title: "keys.first", run: ({ model }) => model.player.seek(0) },
  {
    codes: ["End"],
    shown: ["End"],
    title: "keys.last",
    run: ({ model, frameCount }) => model.player.seek(frameCount - 1),
  },
  { codes: ["KeyE"], shown: ["E"], title: "player.previousEvent", run: jump(-1) },
  { codes: ["KeyR"], shown: ["R"], title: "player.nextEvent", run: jump(1) },
  { codes: ["KeyG"], shown: ["G"], title: "player.goTo", run: () => document.getElementById(FRAME_FIELD_ID)?.focus() },
  { codes: ["BracketLeft"], shown: ["["], title: "keys.slower", run: ({ model }) => model.player.changeRate(-1) },
  { codes: ["BracketRight"], shown: ["]"], title: "keys.faster", run: ({ model }) => model.player.changeRate(1) },
  {
    codes: ["Shift+KeyL"],
    shown: ["⇧ L"],
    title: "player.loop",
    run: ({ model }) => model.player.setLoop(!model.player.loop.get()),
  },
  { codes: ["Digit1"], shown: ["1"], title: "view.masks", run: flip("masks") },
  { codes: ["Digit2"], shown: ["2"], title: "view.boxes", run: flip("boxes") },
  { codes: ["Digit3"], shown: ["3"], title: "view.ids", run: flip("ids") },
  { codes: ["Digit4"], shown: ["4"], title: "view.trails", run: flip("trails") },
  { codes: ["ArrowUp"], shown: ["↑"], title: "keys.previousTrack", run: choose(-1) },
  { codes: ["ArrowDown"], shown: ["↓"], title: "keys.nextTrack", run: choose(1) },
  { codes: ["KeyH"], shown: ["H"], title: "keys.hide", run: withSelected(toggleHidden) },
  { codes: ["KeyS"], shown: ["S"], title: "keys.solo", run: withSelected(toggleSolo) },
  { codes: ["KeyA"], shown: ["A"], title: "tracks.showAll", run: ({ model }) => showAll(model) },
  { codes: ["KeyN"], shown: ["N"], title: "keys.prompt", run: showObjects },
  {
    codes: ["Ctrl+KeyZ"],
    shown: ["Ctrl Z"],
    title: "prompts.undo",
    run: ({ model }) => model.prompting.update(undone),
  },
  { codes: ["Escape"], shown: ["Esc"], title: "keys.unselect", run: letGo },
  { codes: ["Equal", "Shift+Equal", "NumpadAdd"], shown: ["+"], title: "timeline.zoomIn", run: zoom(0.5) },
  { codes: ["Minus", "NumpadSubtract"], shown: ["−"], title: "timeline.zoomOut", run: zoom(2) },
  { codes: ["Digit0"], shown: ["0"], title: "keys.wholeTimeline", run: ({ model }) => model.window.set(null) },
  { codes: ["Shift+KeyF"], shown: ["⇧ F"], title: "player.fullscreen", run: toggleFullscreen },
  { codes: ["Shift+Slash"], shown: ["?"], title: "keys.help", run: ({ openHelp }) => openHelp() },
];

const BY_CODE = new Map(SHORTCUTS.flatMap((shortcut) => shortcut.codes.map((code) => [code, shortcut] as const)));

/** The shortcut for a key press; undefined where the press belongs to the browser or the system. */
export function shortcutFor(
  event: Pick<KeyboardEvent, "code" | "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">,
): Shortcut | undefined {
  if (event.altKey || ((event.ctrlKey || event.metaKey) && event.shiftKey)) return undefined;
  if (event.ctrlKey || event.metaKey) return BY_CODE.get(`Ctrl+${event.code}`);
  // Where "?" lies on another key.
  if (event.key === "?") return BY_CODE.get("Shift+Slash");
  return BY_CODE.get(event.shiftKey ? `Shift+${event.code}` : event.code);
}
