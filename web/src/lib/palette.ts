import colours from "@/lib/palette.json";

/** A track has one colour everywhere: player, list, lane, chart and exported video. Ids begin at 1. */
export function trackColour(trackId: number): string {
  return colours[(trackId - 1) % colours.length] ?? "#4C8DFF";
}

const LOW = [232, 85, 63] as const;
const MIDDLE = [217, 194, 46] as const;
const HIGH = [31, 200, 165] as const;

/** From red (0) over yellow (0.5) to green (1). */
export function scoreColour(score: number): string {
  const share = Math.min(1, Math.max(0, score));
  const [from, to, part] = share < 0.5 ? [LOW, MIDDLE, share * 2] : [MIDDLE, HIGH, share * 2 - 1];
  const mixed = from.map((value, index) => Math.round(value + ((to[index] ?? value) - value) * part));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

export function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Black or white, whichever reads better on the colour. Source: WCAG 2, relative luminance. */
export function inkOn(hex: string): "#0b0b0f" | "#ffffff" {
  const [red, green, blue] = rgb(hex).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.22 ? "#0b0b0f" : "#ffffff";
}
