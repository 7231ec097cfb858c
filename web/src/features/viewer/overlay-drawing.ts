import type { FrameObject, FrameRecord } from "@/api/types";
import type { PictureSpec } from "@/features/viewer/mask-picture";
import { isVisible, type Selection, type ViewOptions } from "@/features/viewer/viewer-model";
import { decodeCounts, maskCovers } from "@/lib/rle";
import { inkOn, rgb, scoreColour, trackColour } from "@/lib/palette";

const LOST = "#8a8f98";
export const TRAIL_FRAMES = 30;

export function colourOf(object: Pick<FrameObject, "track_id" | "score" | "state">, options: ViewOptions): string {
  if (object.state === "lost") return LOST;
  return options.colourBy === "score" ? scoreColour(object.score) : trackColour(object.track_id);
}

export function isPointedAt(selection: Selection, trackId: number): boolean {
  return selection.hovered === trackId || (selection.hovered === null && selection.selected === trackId);
}

/** The objects to draw, the one that is pointed at last and so on top. */
export function visibleObjects(frame: FrameRecord, selection: Selection): FrameObject[] {
  const shown = frame.objects.filter((object) => isVisible(selection, object.track_id));
  return shown.sort((a, b) => Number(isPointedAt(selection, a.track_id)) - Number(isPointedAt(selection, b.track_id)));
}

export function describeMasks(
  objects: readonly FrameObject[],
  options: ViewOptions,
  selection: Selection,
  size: { width: number; height: number },
): PictureSpec {
  const masks = objects.flatMap((object) =>
    object.mask
      ? [
          {
            counts: object.mask.counts,
            size: object.mask.size,
            colour: rgb(colourOf(object, options)),
            strong: isPointedAt(selection, object.track_id),
          },
        ]
      : [],
  );
  return { ...size, opacity: options.opacity, masks };
}

/** A box; dashed where the object is not certain. */
export function drawBox(
  context: CanvasRenderingContext2D,
  object: FrameObject,
  colour: string,
  scale: number,
  strong: boolean,
): void {
  const [x, y, width, height] = object.bbox.map((value) => value * scale) as [number, number, number, number];
  context.strokeStyle = colour;
  context.lineWidth = strong ? 2.5 : 1.5;
  context.setLineDash(object.state === "reliable" ? [] : [5, 4]);
  context.strokeRect(x, y, width, height);
  context.setLineDash([]);
}

const CHIP_HEIGHT = 18;

/** "#3 person 0.87" above the box, or inside it where there is no room. */
export function drawChip(
  context: CanvasRenderingContext2D,
  object: FrameObject,
  colour: string,
  scale: number,
  canvas: { width: number; height: number },
): void {
  const [left, top] = object.bbox.map((value) => value * scale) as [number, number];
  const text = [`#${object.track_id}`, object.label, object.score.toFixed(2)].filter(Boolean).join(" ");
  context.font = '600 11px "Inter Variable", system-ui, sans-serif';
  const width = context.measureText(text).width + 10;
  const x = Math.max(0, Math.min(left - 1, canvas.width - width));
  const y = top >= CHIP_HEIGHT ? top - CHIP_HEIGHT : Math.max(0, top);
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(x, y, width, CHIP_HEIGHT - 1, 3);
  context.fill();
  context.fillStyle = inkOn(colour);
  context.textBaseline = "middle";
  context.fillText(text, x + 5, y + CHIP_HEIGHT / 2);
}

/** Where the object's middle was over the last frames, fading. `boxes` begin with the newest. */
export function drawTrail(
  context: CanvasRenderingContext2D,
  boxes: readonly FrameObject["bbox"][],
  colour: string,
  scale: number,
): void {
  const points = boxes.map(([x, y, width, height]) => [(x + width / 2) * scale, (y + height / 2) * scale] as const);
  context.strokeStyle = colour;
  context.lineWidth = 2.5;
  context.lineCap = "round";
  for (let index = 1; index < points.length; index += 1) {
    const [from, to] = [points[index - 1], points[index]];
    if (!from || !to) break;
    context.globalAlpha = 1 - index / (TRAIL_FRAMES + 1);
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** The track at a pixel of the original: the mask that covers it, else the smallest box around it. */
export function trackAt(objects: readonly FrameObject[], x: number, y: number): number | null {
  const boxed = objects.filter(
    ({ bbox: [left, top, width, height] }) => x >= left && y >= top && x < left + width && y < top + height,
  );
  const covered = boxed.find(
    ({ mask }) => mask !== null && maskCovers(decodeCounts(mask.counts), mask.size[0], Math.floor(x), Math.floor(y)),
  );
  const smallest = [...boxed].sort((a, b) => a.bbox[2] * a.bbox[3] - b.bbox[2] * b.bbox[3])[0];
  return (covered ?? smallest)?.track_id ?? null;
}
