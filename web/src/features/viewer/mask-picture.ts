import { decodeCounts, paintMask } from "@/lib/rle";

export interface MaskSpec {
  counts: string;
  /** Height, width of the mask. */
  size: readonly [number, number];
  colour: readonly [number, number, number];
  /** Drawn stronger, because the visitor points at it. */
  strong: boolean;
}

export interface PictureSpec {
  width: number;
  height: number;
  /** Of the fill, 0..1; the contour is always solid. */
  opacity: number;
  masks: readonly MaskSpec[];
}

const CONTOUR = 235;
const STRONG_PART = 0.25;

/** Draws all masks of one frame: tinted areas with a contour, as RGBA pixels, rows first. */
export function drawMasks(spec: PictureSpec): Uint8ClampedArray<ArrayBuffer> {
  const { width, height } = spec;
  const labels = new Uint8Array(width * height);
  // A picture holds 255 objects; what comes later lies above.
  const masks = spec.masks.slice(-255);
  masks.forEach((mask, index) => paintMask(decodeCounts(mask.counts), mask.size, labels, spec, index + 1));

  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const position = row * width + column;
      const label = labels[position] ?? 0;
      if (label === 0) continue;
      const mask = masks[label - 1];
      if (!mask) continue;
      const edge = isEdge(labels, width, height, column, row, label);
      const fill = Math.min(1, spec.opacity + (mask.strong ? STRONG_PART : 0));
      const colour = edge && mask.strong ? WHITE : mask.colour;
      pixels[position * 4] = colour[0];
      pixels[position * 4 + 1] = colour[1];
      pixels[position * 4 + 2] = colour[2];
      pixels[position * 4 + 3] = edge ? CONTOUR : Math.round(fill * 255);
    }
  }
  return pixels;
}

const WHITE = [255, 255, 255] as const;

/** Whether a pixel lies within one pixel of another label; the border of the picture counts as the same. */
function isEdge(
  labels: Uint8Array,
  width: number,
  height: number,
  column: number,
  row: number,
  label: number,
): boolean {
  const position = row * width + column;
  return (
    (column > 0 && labels[position - 1] !== label) ||
    (column < width - 1 && labels[position + 1] !== label) ||
    (row > 0 && labels[position - width] !== label) ||
    (row < height - 1 && labels[position + width] !== label)
  );
}
