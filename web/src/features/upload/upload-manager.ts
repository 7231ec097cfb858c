import type { Problem } from "@/api/problem";
import type { TrackingChoice } from "@/api/types";
import {
  isActive,
  nextToStart,
  reduceUploads,
  type UploadAction,
  type UploadItem,
} from "@/features/upload/upload-state";
import type { InterruptedUpload, TransferListener } from "@/features/upload/tus-transfer";
import { createStore, type Store } from "@/lib/store";

export interface Transfer {
  start: () => Promise<void>;
  pause: () => void;
  cancel: () => Promise<void>;
}

/** What the manager needs from the world; the tests hand in their own. */
export interface UploadWorld {
  transfer: (file: File, choice: TrackingChoice, listener: TransferListener) => Transfer;
  /** Answers why a file must not be sent, or null. */
  check: (file: File) => Promise<Problem | null>;
  findInterrupted: () => Promise<InterruptedUpload[]>;
  interruptedKeyOf: (file: File) => Promise<string | null>;
  forgetInterrupted: (key: string) => Promise<void>;
  now: () => number;
}

const AT_ONCE = 2;

/** All uploads of this page: they go on while the visitor moves between pages. */
export class UploadManager {
  readonly items: Store<readonly UploadItem[]> = createStore<readonly UploadItem[]>([]);
  private readonly files = new Map<string, File>();
  private readonly transfers = new Map<string, Transfer>();
  private readonly listeners = new Set<(item: UploadItem) => void>();
  private nextId = 1;

  constructor(private readonly world: UploadWorld) {}

  /** Tells of each upload that became a video. Answers the function that ends it. */
  onFinished(listener: (item: UploadItem) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Shows what an earlier visit left unfinished. */
  async restore(): Promise<void> {
    for (const found of await this.world.findInterrupted()) {
      if (this.items.get().some((item) => item.id === found.key)) continue;
      this.dispatch({
        type: "added",
        item: { id: found.key, name: found.name, size: found.size, sent: found.sent, phase: "interrupted", choice: {} },
      });
    }
  }

  /** Queues files. One that belongs to an interrupted upload takes that one up. */
  async add(files: readonly File[], choice: TrackingChoice): Promise<void> {
    for (const file of files) {
      const key = await this.world.interruptedKeyOf(file);
      const known = key === null ? undefined : this.items.get().find((item) => item.id === key);
      if (known?.phase === "interrupted") {
        this.files.set(known.id, file);
        this.dispatch({ type: "requeued", id: known.id });
        continue;
      }
      const id = `upload-${this.nextId}`;
      this.nextId += 1;
      this.files.set(id, file);
      const problem = await this.world.check(file);
      this.dispatch({
        type: "added",
        item: { id, name: file.name, size: file.size, choice, ...(problem ? { phase: "failed", problem } : {}) },
      });
    }
  }

  pause(id: string): void {
    this.dispatch({ type: "paused", id });
    this.transfers.get(id)?.pause();
    this.transfers.delete(id);
  }

  resume(id: string): void {
    if (this.files.has(id)) this.dispatch({ type: "requeued", id });
  }

  /** Ends an upload; neither the server nor this browser keeps anything of it. */
  async cancel(id: string): Promise<void> {
    const item = this.items.get().find((candidate) => candidate.id === id);
    const transfer = this.transfers.get(id);
    const file = this.files.get(id);
    this.forget(id);
    this.dispatch({ type: "removed", id });
    if (transfer) await transfer.cancel();
    else if (item?.phase === "interrupted") await this.world.forgetInterrupted(id);
    else if (file && item?.phase === "paused") {
      const key = await this.world.interruptedKeyOf(file);
      if (key !== null) await this.world.forgetInterrupted(key);
    }
  }

  /** Takes what is over, or failed, off the list. */
  dismiss(id: string): void {
    this.forget(id);
    this.dispatch({ type: "removed", id });
  }

  clear(): void {
    this.dispatch({ type: "cleared" });
  }

  private forget(id: string): void {
    this.files.delete(id);
    this.transfers.delete(id);
  }

  private dispatch(action: UploadAction): void {
    this.items.update((items) => reduceUploads(items, action));
    for (const item of nextToStart(this.items.get(), AT_ONCE)) this.begin(item);
  }

  private begin(item: UploadItem): void {
    const file = this.files.get(item.id);
    if (!file) return;
    const { id } = item;
    // What a stopped transfer still reports must not reach the list.
    const ifCurrent = (action: () => void) => {
      if (this.transfers.get(id) === transfer) action();
    };
    const transfer: Transfer = this.world.transfer(file, item.choice, {
      onProgress: (sent) => ifCurrent(() => this.dispatch({ type: "progressed", id, sent, at: this.world.now() })),
      onLost: () => ifCurrent(() => this.dispatch({ type: "lost", id })),
      onFailed: (problem) =>
        ifCurrent(() => {
          this.transfers.delete(id);
          this.dispatch({ type: "failed", id, problem });
        }),
      onDone: (videoId, duplicate) => ifCurrent(() => this.finish(id, videoId, duplicate)),
    });
    this.transfers.set(id, transfer);
    this.dispatch({ type: "started", id });
    void transfer.start();
  }

  private finish(id: string, videoId: string | null, duplicate: boolean): void {
    this.forget(id);
    this.dispatch({ type: "finished", id, videoId, duplicate });
    const item = this.items.get().find((candidate) => candidate.id === id);
    if (item) for (const listener of this.listeners) listener(item);
  }

  /** Whether leaving the page now would stop a transfer. */
  get busy(): boolean {
    return this.items.get().some((item) => isActive(item) || item.phase === "queued");
  }
}
