import type { PictureSpec } from "@/features/viewer/mask-picture";
import type { MaskAnswer, MaskRequest } from "@/features/viewer/mask-worker";
import { LruMap } from "@/lib/lru";

const KEPT = 24;
/** More are not asked for at once: a slow machine skips pictures and does not fall behind. */
const PENDING = 10;

/** Draws masks beside the page's own thread, and keeps the last pictures. */
export class MaskRenderer {
  private readonly worker: Worker;
  private readonly pictures = new LruMap<string, ImageBitmap>(KEPT, (bitmap) => bitmap.close());
  private readonly pending = new Map<number, string>();
  private nextId = 1;

  /** `onReady` is called whenever a picture has arrived. */
  constructor(onReady: (key: string) => void) {
    this.worker = new Worker(new URL("./mask-worker.ts", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data }: MessageEvent<MaskAnswer>) => {
      const key = this.pending.get(data.id);
      this.pending.delete(data.id);
      if (key === undefined || !data.bitmap) return;
      this.pictures.set(key, data.bitmap);
      onReady(key);
    };
  }

  /** The picture for `key`, if it is there; otherwise it is drawn from what `describe` answers. */
  get(key: string, describe: () => PictureSpec): ImageBitmap | undefined {
    const picture = this.pictures.get(key);
    if (picture) return picture;
    if (this.pending.size < PENDING && ![...this.pending.values()].includes(key)) {
      const request: MaskRequest = { id: this.nextId, spec: describe() };
      this.nextId += 1;
      this.pending.set(request.id, key);
      this.worker.postMessage(request);
    }
    return undefined;
  }

  close(): void {
    this.worker.terminate();
    this.pending.clear();
    this.pictures.clear();
  }
}
