import { useEffect, useState, type RefObject } from "react";

export interface RowSpan {
  /** Half-open. */
  start: number;
  stop: number;
}

const MARGIN = 6;

/** Which rows of a long list lie in sight, and a few around them. All rows are `rowHeight` pixels high. */
export function useVirtualRows(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): RowSpan {
  const [view, setView] = useState({ top: 0, height: 600 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const read = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, [scroller]);
  const start = Math.max(0, Math.floor(view.top / rowHeight) - MARGIN);
  const stop = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + MARGIN);
  return { start: Math.min(start, stop), stop };
}
