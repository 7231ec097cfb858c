import { useState, type KeyboardEvent, type PointerEvent } from "react";

import type { Prompt, Video } from "@/api/types";
import { boxed, pixelAt, pointed } from "@/features/viewer/prompting";
import { usePromptEngines } from "@/features/viewer/use-prompt-engines";
import { useViewer } from "@/features/viewer/viewer-model";
import { useI18n } from "@/i18n/i18n";
import { trackColour } from "@/lib/palette";
import { useStore } from "@/lib/store";

interface Place {
  x: number;
  y: number;
}

/** Shorter movements of the pointer, in CSS pixels, are clicks. */
const DRAG = 6;
const STEP = 4;
const LEAP = 40;
const DIRECTIONS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Over the picture while objects are shown: takes clicks and boxes, and draws what was marked in this frame. */
export function PromptLayer({ video, size }: { video: Video; size: { width: number; height: number } }) {
  const { t } = useI18n();
  const { player, prompting } = useViewer();
  const { usable } = usePromptEngines();
  const state = useStore(prompting);
  const frame = useStore(player.frame);
  const [from, setFrom] = useState<Place | null>(null);
  const [to, setTo] = useState<Place | null>(null);
  const [cross, setCross] = useState<Place | null>(null);
  const toPixels = ({ x, y }: Place) => ({
    x: pixelAt(x, size.width, video.width),
    y: pixelAt(y, size.height, video.height),
  });

  const point = (place: Place, event: { altKey: boolean; shiftKey: boolean }) => {
    const inside = state.inside && !event.altKey && !event.shiftKey;
    prompting.update((before) => pointed(before, player.frame.get(), { ...toPixels(place), inside }));
  };
  const box = (start: Place, end: Place) => {
    const [a, b] = [toPixels(start), toPixels(end)];
    const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
    const [width, height] = [Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
    if (width > 0 && height > 0) {
      prompting.update((before) => boxed(before, player.frame.get(), [x, y, width, height]));
    }
  };
  const onDown = (event: PointerEvent<SVGSVGElement>) => {
    if (event.button !== 0 || from) return;
    player.pause();
    event.currentTarget.setPointerCapture(event.pointerId);
    setFrom(placeIn(event));
    setTo(null);
    setCross(null);
  };
  const onMove = (event: PointerEvent<SVGSVGElement>) => {
    if (!from) return;
    const place = placeIn(event);
    if (to ?? Math.hypot(place.x - from.x, place.y - from.y) >= DRAG) setTo(place);
  };
  const onUp = (event: PointerEvent<SVGSVGElement>) => {
    if (from && to) box(from, placeIn(event));
    else if (from) point(from, event);
    forget();
  };
  const forget = () => {
    setFrom(null);
    setTo(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = DIRECTIONS[event.key];
    const place = cross ?? { x: size.width / 2, y: size.height / 2 };
    if (direction && !event.ctrlKey && !event.metaKey) {
      const step = event.shiftKey ? LEAP : STEP;
      setCross({
        x: Math.min(size.width, Math.max(0, place.x + direction[0] * step)),
        y: Math.min(size.height, Math.max(0, place.y + direction[1] * step)),
      });
    } else if (event.key === "Enter") {
      player.pause();
      point(place, event);
      setCross(place);
    } else return;
    event.preventDefault();
  };

  if (!usable) return null;
  return (
    <svg
      role="application"
      tabIndex={0}
      aria-label={t("prompts.picture")}
      data-testid="prompt-layer"
      className="absolute inset-0 size-full cursor-crosshair touch-none outline-offset-0!"
      onPointerDown={onDown}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={forget}
      onKeyDown={onKeyDown}
      onBlur={() => setCross(null)}
    >
      {state.prompts
        .filter((prompt) => prompt.frame === frame)
        .map((prompt) => (
          <Marks key={prompt.object} prompt={prompt} scale={size.width / video.width} />
        ))}
      {from && to && (
        <rect
          x={Math.min(from.x, to.x)}
          y={Math.min(from.y, to.y)}
          width={Math.abs(from.x - to.x)}
          height={Math.abs(from.y - to.y)}
          fill={trackColour(state.object)}
          fillOpacity={0.15}
          stroke={trackColour(state.object)}
          strokeWidth={2}
          strokeDasharray="5 4"
        />
      )}
      {cross && <Cross at={cross} />}
    </svg>
  );
}

/** Where the pointer is in the layer, in CSS pixels; layer and picture have one size. */
function placeIn(event: PointerEvent<SVGSVGElement>): Place {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

/** What was marked of one object: its box, + on it, − beside it. */
function Marks({ prompt, scale }: { prompt: Prompt; scale: number }) {
  const colour = trackColour(prompt.object);
  const [x = 0, y = 0, width = 0, height = 0] = (prompt.box ?? []).map((value) => value * scale);
  return (
    <g data-testid="marks">
      {prompt.box && (
        <>
          <rect
            x={x}
            y={y}
            width={width}
            height={height}
            fill="none"
            stroke="#000"
            strokeOpacity={0.6}
            strokeWidth={4}
          />
          <rect x={x} y={y} width={width} height={height} fill="none" stroke={colour} strokeWidth={2} />
        </>
      )}
      {prompt.points?.map((point, index) => {
        const [left, top] = [point.x * scale, point.y * scale];
        const inside = point.inside !== false;
        return (
          <g key={index} stroke="#fff" strokeWidth={2} strokeLinecap="round">
            <circle cx={left} cy={top} r={8} fill={inside ? colour : "#1b1d22"} />
            <path d={`M${left - 3.5} ${top}h7${inside ? `M${left} ${top - 3.5}v7` : ""}`} />
          </g>
        );
      })}
    </g>
  );
}

function Cross({ at }: { at: Place }) {
  const lines = `M${at.x - 14} ${at.y}h28M${at.x} ${at.y - 14}v28`;
  return (
    <g fill="none" strokeLinecap="round">
      <path d={lines} stroke="#000" strokeOpacity={0.7} strokeWidth={4} />
      <path d={lines} stroke="#fff" strokeWidth={2} />
    </g>
  );
}
