import type { Chunk, ChunkBounds, FrameRecord } from "@/api/types";
import { spanAt } from "@/lib/frames";
import { LruMap } from "@/lib/lru";
import { createStore, type Store } from "@/lib/store";

const KEPT = 12;
const AHEAD = 2;
const RETRY_MS = 3000;

/** The results near the playhead: loads chunks when they are wanted and forgets those long unused. */
export class ChunkCache {
  /** Grows with every chunk that arrives, so that what is drawn can be drawn again. */
  readonly version: Store<number> = createStore(0);
  private bounds: readonly ChunkBounds[] = [];
  private readonly chunks = new LruMap<number, Map<number, FrameRecord>>(KEPT);
  private readonly loading = new Set<number>();

  constructor(private readonly load: (chunk: number) => Promise<Chunk>) {}

  setBounds(bounds: readonly ChunkBounds[]): void {
    this.bounds = bounds;
    this.version.update((version) => version + 1);
  }

  /** What is known of a frame now; undefined while it is neither stored nor loaded. */
  at(frame: number): FrameRecord | undefined {
    const index = spanAt(this.bounds, frame);
    const chunk = this.bounds[index];
    return chunk && this.chunks.get(chunk.chunk)?.get(frame);
  }

  /** Loads the chunk of a frame, the next ones and the one before. */
  want(frame: number): void {
    const index = spanAt(this.bounds, frame);
    if (index < 0) return;
    this.request(index);
    for (let step = 1; step <= AHEAD; step += 1) this.request(index + step);
    this.request(index - 1);
  }

  private request(index: number): void {
    const bounds = this.bounds[index];
    if (!bounds || this.chunks.has(bounds.chunk) || this.loading.has(bounds.chunk)) return;
    const { chunk } = bounds;
    this.loading.add(chunk);
    this.load(chunk).then(
      (answer) => {
        this.loading.delete(chunk);
        this.chunks.set(chunk, new Map(answer.frames.map((record) => [record.frame_id, record])));
        this.version.update((version) => version + 1);
      },
      // The next frame that wants it asks again, but not at once.
      () => window.setTimeout(() => this.loading.delete(chunk), RETRY_MS),
    );
  }
}
