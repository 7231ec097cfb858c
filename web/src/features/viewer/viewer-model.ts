import { createContext, useContext } from "react";

import { Player } from "@/features/viewer/player";
import { NO_PROMPTS, type Prompting } from "@/features/viewer/prompting";
import type { TrackOrder } from "@/features/viewer/track-order";
import { createStore, type Store } from "@/lib/store";
import { readSetting, writeSetting } from "@/lib/theme";

export type ColourBy = "id" | "score";

/** What is drawn over the video. */
export interface ViewOptions {
  masks: boolean;
  boxes: boolean;
  ids: boolean;
  trails: boolean;
  opacity: number;
  colourBy: ColourBy;
}

/** Which tracks the visitor points at, has chosen, or has hidden. */
export interface Selection {
  hovered: number | null;
  selected: number | null;
  solo: number | null;
  hidden: ReadonlySet<number>;
}

/** The part of the timeline in sight, in frames. */
export interface TimeWindow {
  from: number;
  to: number;
}

export interface ViewerModel {
  player: Player;
  options: Store<ViewOptions>;
  selection: Store<Selection>;
  /** Of the list and of the lanes alike. */
  order: Store<TrackOrder>;
  prompting: Store<Prompting>;
  /** Null shows the whole video. */
  window: Store<TimeWindow | null>;
}

const KEY = "sammot.view";
const DEFAULTS: ViewOptions = { masks: true, boxes: true, ids: true, trails: false, opacity: 0.4, colourBy: "id" };

function storedOptions(): ViewOptions {
  try {
    return { ...DEFAULTS, ...(JSON.parse(readSetting(KEY) ?? "{}") as Partial<ViewOptions>) };
  } catch {
    return DEFAULTS;
  }
}

export function createViewerModel(): ViewerModel {
  const options = createStore(storedOptions());
  options.subscribe(() => writeSetting(KEY, JSON.stringify(options.get())));
  return {
    player: new Player(),
    options,
    selection: createStore<Selection>({ hovered: null, selected: null, solo: null, hidden: new Set() }),
    order: createStore<TrackOrder>("number"),
    prompting: createStore(NO_PROMPTS),
    window: createStore<TimeWindow | null>(null),
  };
}

export function isVisible(selection: Selection, trackId: number): boolean {
  return selection.solo === null ? !selection.hidden.has(trackId) : selection.solo === trackId;
}

export function hover(model: ViewerModel, trackId: number | null): void {
  model.selection.update((before) => (before.hovered === trackId ? before : { ...before, hovered: trackId }));
}

export function select(model: ViewerModel, trackId: number | null): void {
  model.selection.update((before) => (before.selected === trackId ? before : { ...before, selected: trackId }));
}

export function toggleHidden(model: ViewerModel, trackId: number): void {
  model.selection.update((before) => {
    const hidden = new Set(before.hidden);
    if (!hidden.delete(trackId)) hidden.add(trackId);
    return { ...before, hidden, solo: null };
  });
}

export function toggleSolo(model: ViewerModel, trackId: number): void {
  model.selection.update((before) => ({ ...before, solo: before.solo === trackId ? null : trackId }));
}

export function showAll(model: ViewerModel): void {
  model.selection.update((before) => ({ ...before, hidden: new Set(), solo: null }));
}

const Context = createContext<ViewerModel | null>(null);

export const ViewerProvider = Context.Provider;

export function useViewer(): ViewerModel {
  const model = useContext(Context);
  if (!model) throw new Error("useViewer is used outside of a ResultViewer.");
  return model;
}
