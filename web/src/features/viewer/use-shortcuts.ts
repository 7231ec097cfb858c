import { useEffect } from "react";

import type { Track } from "@/api/types";
import { shortcutFor } from "@/features/viewer/shortcuts";
import type { ViewerModel } from "@/features/viewer/viewer-model";

/** Whether the element wants the key for itself: a field, or an open menu, list or dialog. */
function isTaken(event: KeyboardEvent): boolean {
  const element = event.target;
  if (!(element instanceof HTMLElement)) return false;
  if (element.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]"))
    return true;
  const usesArrows = element.closest(
    "[role=radiogroup], [role=group], [role=combobox], [role=slider][aria-orientation]",
  );
  if (usesArrows && event.code.startsWith("Arrow")) return true;
  const presses = event.code === "Space" || event.code === "Enter";
  return presses && element.closest("button, a, [role=button], [role=switch]") !== null;
}

/** The viewer's keys, wherever the focus is, unless a field wants them. */
export function useShortcuts(
  model: ViewerModel,
  tracks: readonly Track[],
  frameCount: number,
  openHelp: () => void,
): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTaken(event)) return;
      const shortcut = shortcutFor(event);
      if (!shortcut) return;
      event.preventDefault();
      shortcut.run({ model, tracks, frameCount, openHelp });
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [model, tracks, frameCount, openHelp]);
}
