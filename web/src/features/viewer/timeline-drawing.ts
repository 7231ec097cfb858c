import type { Track } from "@/api/types";
import { segmentRuns, tickStep, xOf, type Scale } from "@/features/viewer/timeline-scale";
import { isVisible, type Selection } from "@/features/viewer/viewer-model";
import { formatClock, formatDuration } from "@/lib/format";
import { trackColour } from "@/lib/palette";

export const RULER_HEIGHT = 30;
export const LANE_HEIGHT = 22;
export const GUTTER = 56;

/** The theme's colours, read from the page. */
export interface Inks {
  ink: string;
  soft: string;
  faint: string;
  line: string;
  sunken: string;
  surface: string;
  accent: string;
}

export function readInks(element: HTMLElement): Inks {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ink"),
    soft: read("--ink-soft"),
    faint: read("--ink-faint"),
    line: read("--line"),
    sunken: read("--sunken"),
    surface: read("--surface"),
    accent: read("--accent"),
  };
}

export interface TimelineScene {
  scale: Scale;
  times: ArrayLike<number>;
  frameCount: number;
  framesReady: number;
  tracks: readonly Track[];
  selection: Selection;
  /** Pixels that the lanes are scrolled up. */
  scrollTop: number;
  height: number;
  playhead: number;
  pointer: number | null;
  inks: Inks;
}

export function drawTimeline(context: CanvasRenderingContext2D, scene: TimelineScene): void {
  const { scale, height, inks } = scene;
  context.clearRect(0, 0, scale.left + scale.width, height);
  drawMarks(context, scene, false);
  drawLanes(context, scene);
  context.fillStyle = inks.surface;
  context.fillRect(0, 0, scale.left + scale.width, RULER_HEIGHT);
  drawMarks(context, scene, true);
  drawReadyBand(context, scene);
  if (scene.pointer !== null) drawPointer(context, scene, scene.pointer);
  drawPlayhead(context, scene);
}

function drawLanes(context: CanvasRenderingContext2D, scene: TimelineScene): void {
  const first = Math.max(0, Math.floor(scene.scrollTop / LANE_HEIGHT));
  const last = Math.min(scene.tracks.length, Math.ceil((scene.scrollTop + scene.height - RULER_HEIGHT) / LANE_HEIGHT));
  for (let index = first; index < last; index += 1) {
    const track = scene.tracks[index];
    if (track) drawLane(context, scene, track, RULER_HEIGHT + index * LANE_HEIGHT - scene.scrollTop);
  }
}

function drawLane(context: CanvasRenderingContext2D, scene: TimelineScene, track: Track, top: number): void {
  const { scale, inks, selection } = scene;
  const pointed = selection.hovered === track.track_id || selection.selected === track.track_id;
  const visible = isVisible(selection, track.track_id);
  if (pointed) {
    context.fillStyle = inks.sunken;
    context.fillRect(0, top, scale.left + scale.width, LANE_HEIGHT);
  }
  const colour = trackColour(track.track_id);
  context.globalAlpha = visible ? 1 : 0.25;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(12, top + LANE_HEIGHT / 2, 4, 0, Math.PI * 2);
  context.fill();
  context.fillStyle = pointed ? inks.ink : inks.soft;
  context.font = '500 11px "Inter Variable", system-ui, sans-serif';
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillText(`#${track.track_id}`, 22, top + LANE_HEIGHT / 2 + 0.5);
  context.fillStyle = colour;
  const inset = pointed ? 4 : 6;
  for (const [begin, end] of segmentRuns(scale, track.segments)) {
    context.beginPath();
    context.roundRect(begin, top + inset, end - begin, LANE_HEIGHT - 2 * inset, 3);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** The marks of time: lines behind the lanes, or the words in the ruler. */
function drawMarks(context: CanvasRenderingContext2D, scene: TimelineScene, words: boolean): void {
  const { scale, times, inks } = scene;
  const timeAt = (frame: number) => times[Math.min(times.length - 1, Math.max(0, Math.round(frame)))] ?? 0;
  const begin = timeAt(scale.window.from);
  const end = timeAt(scale.window.to);
  if (end <= begin) return;
  const step = tickStep(end - begin, scale.width);
  context.font = '11px "Inter Variable", system-ui, sans-serif';
  context.textBaseline = "middle";
  context.textAlign = "left";
  const edge = scale.left + scale.width;
  for (let mark = Math.ceil(begin / step); mark * step <= end; mark += 1) {
    const seconds = mark * step;
    const x = Math.round(scale.left + ((seconds - begin) / (end - begin)) * scale.width) + 0.5;
    context.fillStyle = inks.line;
    context.fillRect(x - 0.5, words ? 4 : RULER_HEIGHT, 1, words ? RULER_HEIGHT - 10 : scene.height);
    if (!words) continue;
    context.fillStyle = inks.faint;
    const text = step < 1 ? formatClock(seconds).slice(0, -2) : formatDuration(seconds + 1e-6);
    if (x + 4 + context.measureText(text).width < edge) context.fillText(text, x + 4, 11);
  }
}

/** What is tracked is solid, what is still to come is hatched. */
function drawReadyBand(context: CanvasRenderingContext2D, scene: TimelineScene): void {
  const { scale, inks, framesReady, frameCount } = scene;
  const top = RULER_HEIGHT - 5;
  const edge = scale.left + scale.width;
  const ready = Math.min(edge, Math.max(scale.left, xOf(scale, framesReady)));
  context.fillStyle = inks.sunken;
  context.fillRect(scale.left, top, scale.width, 3);
  context.fillStyle = inks.accent;
  context.globalAlpha = framesReady >= frameCount ? 0.35 : 1;
  context.fillRect(scale.left, top, ready - scale.left, 3);
  context.globalAlpha = 0.5;
  if (framesReady < frameCount) {
    context.strokeStyle = inks.line;
    context.lineWidth = 1;
    for (let x = ready + 4; x < edge + scene.height; x += 9) {
      context.beginPath();
      context.moveTo(Math.min(x, edge), RULER_HEIGHT + Math.max(0, x - edge));
      context.lineTo(
        Math.max(ready, x - (scene.height - RULER_HEIGHT)),
        RULER_HEIGHT + Math.min(scene.height - RULER_HEIGHT, x - ready),
      );
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

function drawPointer(context: CanvasRenderingContext2D, scene: TimelineScene, frame: number): void {
  const { scale, inks, times } = scene;
  const x = xOf(scale, frame + 0.5);
  if (x < scale.left) return;
  context.fillStyle = inks.faint;
  context.globalAlpha = 0.5;
  context.fillRect(Math.round(x), RULER_HEIGHT, 1, scene.height);
  context.globalAlpha = 1;
  const text = `${formatClock(times[frame] ?? 0)}  ·  ${frame}`;
  context.font = '500 11px "Inter Variable", system-ui, sans-serif';
  const width = context.measureText(text).width + 12;
  const left = Math.min(Math.max(scale.left, x - width / 2), scale.left + scale.width - width);
  context.fillStyle = inks.ink;
  context.beginPath();
  context.roundRect(left, 2, width, 18, 4);
  context.fill();
  context.fillStyle = inks.surface;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, left + 6, 11.5);
}

function drawPlayhead(context: CanvasRenderingContext2D, scene: TimelineScene): void {
  const { scale, inks } = scene;
  const x = xOf(scale, scene.playhead + 0.5);
  if (x < scale.left - 1 || x > scale.left + scale.width + 1) return;
  context.fillStyle = inks.accent;
  context.fillRect(Math.round(x) - 1, RULER_HEIGHT - 8, 2, scene.height);
  context.beginPath();
  context.moveTo(x - 6, RULER_HEIGHT - 14);
  context.lineTo(x + 6, RULER_HEIGHT - 14);
  context.lineTo(x + 6, RULER_HEIGHT - 9);
  context.lineTo(x, RULER_HEIGHT - 3);
  context.lineTo(x - 6, RULER_HEIGHT - 9);
  context.closePath();
  context.fill();
}
