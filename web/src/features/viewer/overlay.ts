import type { FrameObject } from "@/api/types";
import type { ChunkCache } from "@/features/viewer/chunk-cache";
import { MaskRenderer } from "@/features/viewer/mask-renderer";
import {
  TRAIL_FRAMES,
  colourOf,
  describeMasks,
  drawBox,
  drawChip,
  drawTrail,
  isPointedAt,
  trackAt,
  visibleObjects,
} from "@/features/viewer/overlay-drawing";
import type { ViewerModel } from "@/features/viewer/viewer-model";

/** Masks are drawn at most this wide: finer than a contour, cheap enough for every frame. */
const MASK_WIDTH = 960;
/** So many pictures are drawn before they are needed. */
const AHEAD = 5;

/** Keeps a canvas in step with the frame that the player shows. */
export class Overlay {
  private readonly context: CanvasRenderingContext2D | null;
  private readonly renderer: MaskRenderer;
  private readonly unsubscribe: (() => void)[];
  private repaint = 0;
  private density = 1;
  private readonly maskSize: { width: number; height: number };

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly video: { width: number; height: number },
    private readonly model: ViewerModel,
    private readonly chunks: ChunkCache,
  ) {
    this.context = canvas.getContext("2d");
    this.renderer = new MaskRenderer(() => this.soon());
    const maskScale = Math.min(1, MASK_WIDTH / video.width);
    this.maskSize = {
      width: Math.max(1, Math.round(video.width * maskScale)),
      height: Math.max(1, Math.round(video.height * maskScale)),
    };
    this.unsubscribe = [
      // The frame on the screen has changed already, so its overlay must not wait for a repaint.
      model.player.frame.subscribe(() => this.draw()),
      model.options.subscribe(() => this.soon()),
      model.selection.subscribe(() => this.soon()),
      chunks.version.subscribe(() => this.soon()),
    ];
  }

  close(): void {
    for (const end of this.unsubscribe) end();
    cancelAnimationFrame(this.repaint);
    this.renderer.close();
  }

  /** Fits the canvas to its size on the screen, in CSS pixels. */
  resize(width: number, height: number): void {
    this.density = Math.min(2, window.devicePixelRatio);
    this.canvas.width = Math.round(width * this.density);
    this.canvas.height = Math.round(height * this.density);
    this.draw();
  }

  /** The track at a place of the canvas, in CSS pixels. */
  trackAt(x: number, y: number): number | null {
    const frame = this.chunks.at(this.model.player.frame.get());
    if (!frame) return null;
    const scale = this.video.width / (this.canvas.width / this.density);
    return trackAt(visibleObjects(frame, this.model.selection.get()).reverse(), x * scale, y * scale);
  }

  private soon(): void {
    cancelAnimationFrame(this.repaint);
    this.repaint = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    const { context, canvas, density, model } = this;
    if (!context) return;
    const frame = model.player.frame.get();
    this.chunks.want(frame);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    const record = this.chunks.at(frame);
    canvas.dataset.frame = String(frame);
    canvas.dataset.objects = String(record?.objects.length ?? 0);
    canvas.dataset.shown = "0";
    if (!record) return;

    const options = model.options.get();
    const objects = visibleObjects(record, model.selection.get());
    canvas.dataset.shown = String(objects.length);
    if (options.masks) this.drawMasks(frame);
    context.setTransform(density, 0, 0, density, 0, 0);
    const size = { width: canvas.width / density, height: canvas.height / density };
    const scale = size.width / this.video.width;
    if (options.trails) for (const object of objects) this.drawTrailOf(object, frame, scale);
    for (const object of objects) {
      const colour = colourOf(object, options);
      if (options.boxes) drawBox(context, object, colour, scale, isPointedAt(model.selection.get(), object.track_id));
    }
    for (const object of objects) {
      if (options.ids) drawChip(context, object, colourOf(object, options), scale, size);
    }
  }

  private drawMasks(frame: number): void {
    const picture = this.picture(frame);
    if (picture && this.context) {
      this.context.imageSmoothingEnabled = true;
      this.context.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    }
    if (!this.model.player.playing.get()) return;
    for (let step = 1; step <= AHEAD; step += 1) this.picture(frame + step);
  }

  private picture(frame: number): ImageBitmap | undefined {
    const record = this.chunks.at(frame);
    if (!record || record.objects.length === 0) return undefined;
    const options = this.model.options.get();
    const selection = this.model.selection.get();
    const objects = visibleObjects(record, selection);
    const style = [options.opacity, options.colourBy, selection.hovered ?? selection.selected].join();
    const key = `${frame}|${style}|${objects.map((object) => object.track_id).join()}`;
    return this.renderer.get(key, () => describeMasks(objects, options, selection, this.maskSize));
  }

  private drawTrailOf(object: FrameObject, frame: number, scale: number): void {
    if (!this.context) return;
    const boxes = [object.bbox];
    for (let back = 1; back <= TRAIL_FRAMES; back += 1) {
      const before = this.chunks.at(frame - back)?.objects.find((other) => other.track_id === object.track_id);
      if (!before) break;
      boxes.push(before.bbox);
    }
    drawTrail(this.context, boxes, colourOf(object, this.model.options.get()), scale);
  }
}
