import type { Track } from "@/api/types";
import {
  GUTTER,
  LANE_HEIGHT,
  RULER_HEIGHT,
  drawTimeline,
  readInks,
  type Inks,
} from "@/features/viewer/timeline-drawing";
import { clampWindow, positionAt, reveal, zoomWindow, type Scale } from "@/features/viewer/timeline-scale";
import { hover, select, type TimeWindow, type ViewerModel } from "@/features/viewer/viewer-model";
import { formatClock } from "@/lib/format";

export interface TimelineContent {
  times: ArrayLike<number>;
  frameCount: number;
  framesReady: number;
  tracks: readonly Track[];
}

export interface TimelineElements {
  /** The scrolling box around all. */
  box: HTMLElement;
  canvas: HTMLCanvasElement;
  /** Tells assistive technology where the playhead is. */
  slider: HTMLElement;
}

const ZOOM_PER_PIXEL = 0.004;

/** Draws the timeline when something changed, and turns pointer and wheel into seeks, choices and zoom. */
export class TimelineController {
  private readonly context: CanvasRenderingContext2D | null;
  private inks: Inks;
  private pointer: number | null = null;
  private dragging = false;
  private repaint = 0;
  private readonly stop = new AbortController();
  private readonly unsubscribe: (() => void)[];

  constructor(
    private readonly elements: TimelineElements,
    private readonly model: ViewerModel,
    private content: TimelineContent,
  ) {
    const { box, canvas } = elements;
    this.context = canvas.getContext("2d");
    this.inks = readInks(box);
    const { signal } = this.stop;
    box.addEventListener("pointerdown", (event) => this.onPointerDown(event), { signal });
    box.addEventListener("pointermove", (event) => this.onPointerMove(event), { signal });
    box.addEventListener("pointerup", () => (this.dragging = false), { signal });
    box.addEventListener("pointerleave", () => this.onPointerLeave(), { signal });
    box.addEventListener("scroll", () => this.soon(), { signal });
    box.addEventListener("wheel", (event) => this.onWheel(event), { signal, passive: false });
    this.unsubscribe = [
      model.player.frame.subscribe(() => this.onFrame()),
      model.player.target.subscribe(() => this.onFrame()),
      model.selection.subscribe(() => this.soon()),
      model.window.subscribe(() => this.soon()),
      watchTheme(() => {
        this.inks = readInks(box);
        this.soon();
      }),
      watchSize(box, () => this.draw()),
    ];
    this.onFrame();
  }

  setContent(content: TimelineContent): void {
    this.content = content;
    this.soon();
  }

  close(): void {
    this.stop.abort();
    cancelAnimationFrame(this.repaint);
    for (const end of this.unsubscribe) end();
  }

  private get window(): TimeWindow {
    return this.model.window.get() ?? { from: 0, to: Math.max(1, this.content.frameCount) };
  }

  private get scale(): Scale {
    return { window: this.window, left: GUTTER, width: Math.max(1, this.elements.box.clientWidth - GUTTER - 8) };
  }

  private soon(): void {
    cancelAnimationFrame(this.repaint);
    this.repaint = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    const { context } = this;
    const { box, canvas } = this.elements;
    if (!context) return;
    const density = Math.min(2, window.devicePixelRatio);
    const [width, height] = [box.clientWidth, box.clientHeight];
    if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
      canvas.width = Math.round(width * density);
      canvas.height = Math.round(height * density);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    context.setTransform(density, 0, 0, density, 0, 0);
    drawTimeline(context, {
      ...this.content,
      scale: this.scale,
      selection: this.model.selection.get(),
      scrollTop: box.scrollTop,
      height,
      playhead: this.model.player.current,
      pointer: this.pointer,
      inks: this.inks,
    });
  }

  private onFrame(): void {
    const { player } = this.model;
    const { current } = player;
    this.elements.slider.setAttribute("aria-valuenow", String(current));
    this.elements.slider.setAttribute("aria-valuetext", `${current}, ${formatClock(player.timeOf(current))}`);
    const shown = this.model.window.get();
    if (shown && !this.dragging) this.model.window.set(reveal(shown, current, this.content.frameCount));
    this.soon();
  }

  private xOfEvent(event: MouseEvent): number {
    return event.clientX - this.elements.box.getBoundingClientRect().left;
  }

  private frameUnder(event: MouseEvent): number {
    const frame = Math.floor(positionAt(this.scale, this.xOfEvent(event)));
    return Math.min(this.content.frameCount - 1, Math.max(0, frame));
  }

  private trackUnder(event: MouseEvent): number | null {
    const { box } = this.elements;
    const y = event.clientY - box.getBoundingClientRect().top - RULER_HEIGHT;
    return y < 0 ? null : (this.content.tracks[Math.floor((y + box.scrollTop) / LANE_HEIGHT)]?.track_id ?? null);
  }

  private onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.elements.slider.focus({ preventScroll: true });
    const track = this.trackUnder(event);
    if (track !== null) select(this.model, track);
    if (this.xOfEvent(event) < GUTTER) return;
    this.dragging = true;
    this.elements.box.setPointerCapture(event.pointerId);
    this.model.player.seek(this.frameUnder(event));
  }

  private onPointerMove(event: PointerEvent): void {
    this.pointer = this.xOfEvent(event) < GUTTER ? null : this.frameUnder(event);
    if (this.dragging) this.model.player.seek(this.frameUnder(event));
    else hover(this.model, this.trackUnder(event));
    this.soon();
  }

  private onPointerLeave(): void {
    this.pointer = null;
    hover(this.model, null);
    this.soon();
  }

  /** Ctrl zooms around the pointer; Shift, or a sideways wheel, moves along. */
  private onWheel(event: WheelEvent): void {
    const { from, to } = this.window;
    const { frameCount } = this.content;
    const sideways = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const at = positionAt(this.scale, this.xOfEvent(event));
      this.model.window.set(zoomWindow({ from, to }, Math.exp(event.deltaY * ZOOM_PER_PIXEL), at, frameCount));
    } else if (sideways !== 0) {
      event.preventDefault();
      const shift = (sideways / this.scale.width) * (to - from);
      this.model.window.set(clampWindow({ from: from + shift, to: to + shift }, frameCount));
    }
  }
}

function watchTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: ["class"] });
  return () => observer.disconnect();
}

function watchSize(element: HTMLElement, onChange: () => void): () => void {
  const observer = new ResizeObserver(onChange);
  observer.observe(element);
  return () => observer.disconnect();
}
