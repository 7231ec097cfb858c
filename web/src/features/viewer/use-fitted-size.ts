import { useEffect, useState, type RefObject } from "react";

/** The largest size with the picture's proportions that fits into the element, in CSS pixels. */
export function useFittedSize(element: RefObject<HTMLElement | null>, width: number, height: number) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const box = element.current;
    if (!box || width === 0 || height === 0) return undefined;
    const observer = new ResizeObserver(() => {
      const scale = Math.min(box.clientWidth / width, box.clientHeight / height);
      setSize({ width: Math.floor(width * scale), height: Math.floor(height * scale) });
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [element, width, height]);
  return size;
}
