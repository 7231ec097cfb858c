import { DetailedError, Upload, defaultOptions, type PreviousUpload } from "tus-js-client";

import { parseProblem, type Problem } from "@/api/problem";
import type { TrackingChoice } from "@/api/types";

const ENDPOINT = "/api/uploads";
const CHUNK_BYTES = 16 * 1024 * 1024;
/** Half an hour of patience with a server that is away. */
const RETRY_DELAYS = [500, 1000, 2000, 4000, 8000, ...Array<number>(200).fill(10_000)];
const PASSING = new Set([409, 423, 429, 460, 502, 503, 504]);

export interface TransferListener {
  onProgress: (sent: number) => void;
  /** The connection was lost; another try follows. */
  onLost: () => void;
  onDone: (videoId: string | null, duplicate: boolean) => void;
  onFailed: (problem: Problem) => void;
}

export function transferProblem(error: Error | DetailedError): Problem {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  const problem = parseProblem(response?.getBody());
  if (problem) return problem;
  if (response)
    return { type: "unknown", title: error.message.split(",")[0] ?? "", detail: "", status: response.getStatus() };
  return { type: "offline", title: "", detail: "", status: 0 };
}

function metadata(file: File, choice: TrackingChoice): Record<string, string> {
  return {
    filename: file.name,
    ...(choice.engine ? { engine: choice.engine } : {}),
    ...(choice.parameters ? { parameters: JSON.stringify(choice.parameters) } : {}),
    ...(choice.priority ? { priority: choice.priority } : {}),
  };
}

/** One resumable transfer (tus 1.0). What was sent before, in this visit or an earlier one, is not sent again. */
export class TusTransfer {
  private readonly upload: Upload;
  private stopped = false;

  constructor(file: File, choice: TrackingChoice, listener: TransferListener) {
    let videoId: string | null = null;
    let duplicate = false;
    this.upload = new Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_DELAYS,
      metadata: metadata(file, choice),
      removeFingerprintOnSuccess: true,
      onProgress: (sent) => listener.onProgress(sent),
      onAfterResponse: (_request, response) => {
        videoId = response.getHeader("Sammot-Video-Id") ?? videoId;
        duplicate ||= response.getHeader("Sammot-Duplicate") === "true";
      },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        const again = !this.stopped && (status === 0 || PASSING.has(status));
        if (again) listener.onLost();
        return again;
      },
      onSuccess: () => listener.onDone(videoId, duplicate),
      onError: (error) => {
        if (!this.stopped) listener.onFailed(transferProblem(error));
      },
    });
  }

  async start(): Promise<void> {
    const earlier = await this.upload.findPreviousUploads();
    if (this.stopped) return;
    const last = earlier.at(-1);
    if (last) this.upload.resumeFromPreviousUpload(last);
    this.upload.start();
  }

  /** Stops sending; the server keeps what it has. */
  pause(): void {
    this.stopped = true;
    void this.upload.abort();
  }

  /** Stops and has the server forget what it has. */
  async cancel(): Promise<void> {
    this.stopped = true;
    await this.upload.abort(true).catch(() => undefined);
  }
}

export interface InterruptedUpload {
  key: string;
  name: string;
  size: number;
  sent: number;
}

const storage = defaultOptions.urlStorage;

async function askOffset(previous: PreviousUpload): Promise<number | null> {
  if (!previous.uploadUrl) return null;
  const answer = await fetch(previous.uploadUrl, { method: "HEAD", headers: { "Tus-Resumable": "1.0.0" } });
  return answer.ok ? Number(answer.headers.get("Upload-Offset") ?? 0) : null;
}

/** The uploads that an earlier visit began and the server still keeps. */
export async function findInterrupted(): Promise<InterruptedUpload[]> {
  const previous = await storage.findAllUploads();
  const found = await Promise.all(
    previous.map(async (upload): Promise<InterruptedUpload | null> => {
      const sent = await askOffset(upload).catch(() => 0);
      const key = upload.urlStorageKey;
      if (sent === null) {
        await storage.removeUpload(key);
        return null;
      }
      return { key, name: upload.metadata.filename ?? "", size: upload.size ?? 0, sent };
    }),
  );
  return found.filter((upload) => upload !== null);
}

/** Has the server and this browser forget an interrupted upload. */
export async function forgetInterrupted(key: string): Promise<void> {
  const previous = (await storage.findAllUploads()).find((upload) => upload.urlStorageKey === key);
  await storage.removeUpload(key);
  if (previous?.uploadUrl) {
    await fetch(previous.uploadUrl, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).catch(() => undefined);
  }
}

/** The storage key of the interrupted upload that this very file belongs to. */
export async function interruptedKeyOf(file: File): Promise<string | null> {
  const upload = new Upload(file, { endpoint: ENDPOINT });
  const previous = await upload.findPreviousUploads();
  return previous.at(-1)?.urlStorageKey ?? null;
}
