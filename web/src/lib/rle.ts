/**
 * COCO run lengths: columns first, background first. `counts` packs each length as 5-bit groups from "0" on, and from
 * the third on as the difference to the one before the last.
 * Source: the COCO API's format; a golden file holds this decoder and Python's equal.
 */
export function decodeCounts(counts: string): Uint32Array {
  const runs: number[] = [];
  let position = 0;
  while (position < counts.length) {
    let value = 0;
    let shift = 0;
    let group = 0;
    do {
      if (position >= counts.length) throw new RangeError("The run lengths break off inside a number.");
      group = counts.charCodeAt(position) - 48;
      position += 1;
      value |= (group & 0x1f) << shift;
      shift += 5;
    } while (group & 0x20);
    // The last group's highest bit is the sign.
    if (group & 0x10 && shift < 32) value |= -1 << shift;
    const before = runs.length > 2 ? runs[runs.length - 2] : undefined;
    runs.push(before === undefined ? value : value + before);
  }
  return Uint32Array.from(runs);
}

/** The number of pixels that belong to the object. */
export function maskArea(runs: Uint32Array): number {
  let area = 0;
  for (let index = 1; index < runs.length; index += 2) area += runs[index] ?? 0;
  return area;
}

/** Whether the mask covers pixel (x, y) of a picture `height` pixels high. */
export function maskCovers(runs: Uint32Array, height: number, x: number, y: number): boolean {
  const target = x * height + y;
  let end = 0;
  for (let index = 0; index < runs.length; index += 1) {
    end += runs[index] ?? 0;
    if (target < end) return index % 2 === 1;
  }
  return false;
}

/**
 * Writes `value` into `labels`, a row-major picture of `width` x `height`, wherever the mask, which may be larger, covers
 * the middle of the pixel.
 */
export function paintMask(
  runs: Uint32Array,
  size: readonly [number, number],
  labels: Uint8Array | Uint16Array,
  picture: { width: number; height: number },
  value: number,
): void {
  const [maskHeight, maskWidth] = size;
  const scaleX = maskWidth / picture.width;
  const scaleY = maskHeight / picture.height;
  // The first row of the picture whose middle is at or below a mask row.
  const rowFrom = (maskRow: number) => Math.max(0, Math.ceil(maskRow / scaleY - 0.5));
  let start = 0;
  let index = 0;
  let end = runs[0] ?? 0;
  for (let column = 0; column < picture.width; column += 1) {
    const top = Math.min(maskWidth - 1, Math.floor((column + 0.5) * scaleX)) * maskHeight;
    const bottom = top + maskHeight;
    while (end <= top && index < runs.length - 1) {
      start = end;
      index += 1;
      end += runs[index] ?? 0;
    }
    let runStart = start;
    let runEnd = end;
    for (let run = index; run < runs.length && runStart < bottom; run += 1) {
      if (run % 2 === 1 && runEnd > top) {
        const last = Math.min(picture.height, rowFrom(Math.min(runEnd, bottom) - top));
        for (let row = rowFrom(Math.max(runStart, top) - top); row < last; row += 1) {
          labels[row * picture.width + column] = value;
        }
      }
      runStart = runEnd;
      runEnd += runs[run + 1] ?? 0;
    }
  }
}
