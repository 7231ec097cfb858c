/** The shapes on the wire, as docs/api.md states them. */

export type VideoStatus = "uploaded" | "processing" | "completed" | "failed" | "cancelled";
export type PlayableState = "ready" | "preparing" | "failed";
export type JobState = "queued" | "running" | "completed" | "failed" | "cancelled";
export type JobKind = "track" | "proxy" | "render";
export type Priority = "high" | "normal" | "low";

export interface Video {
  id: string;
  user_id: string;
  original_filename: string;
  file_size: number;
  upload_time: string;
  /** Seconds. */
  duration: number;
  status: VideoStatus;
  processing_start_time: string | null;
  processing_end_time: string | null;
  error_message: string | null;
  warnings: string[];
  container: string;
  codec: string;
  /** Of the upright picture, in pixels. */
  width: number;
  height: number;
  fps: number;
  frame_count: number;
  playable: PlayableState;
  job_id: string | null;
  revision: number;
  duplicate: boolean;
}

export interface RenderStatus {
  job_id: string | null;
  status: "none" | "queued" | "running" | "ready" | "failed";
  progress: number;
  eta_seconds: number | null;
}

export interface VideoProgress {
  video_id: string;
  status: VideoStatus;
  progress: number;
  frames_done: number;
  /** Frames 0 .. frames_ready - 1 are stored and can be read. */
  frames_ready: number;
  frame_count: number;
  fps: number;
  eta_seconds: number | null;
  error_message: string | null;
  job_id: string | null;
  attempt: number;
  engine: string | null;
  queue_position: number | null;
  playable: PlayableState;
  track_count: number;
  revision: number;
  render: RenderStatus;
}

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
  total: number;
}

export interface Timeline {
  video_id: string;
  frame_count: number;
  fps: number;
  /** The presentation time of each frame in seconds, on the player's clock. */
  times: number[];
}

export interface Rle {
  /** Height, width. */
  size: [number, number];
  counts: string;
}

/** x, y, width, height in pixels of the upright original; origin top left. */
export type BoxXywh = [number, number, number, number];

export interface FrameObject {
  track_id: number;
  bbox: BoxXywh;
  mask: Rle | null;
  score: number;
  state: string;
  origin: string;
  label: string | null;
}

export interface FrameRecord {
  frame_id: number;
  time: number;
  objects: FrameObject[];
}

export interface Chunk {
  start: number;
  stop: number;
  frames: FrameRecord[];
}

export interface ChunkBounds {
  chunk: number;
  start: number;
  stop: number;
}

export interface ChunkList {
  job_id: string;
  chunk_frames: number;
  complete: boolean;
  items: ChunkBounds[];
}

export interface Track {
  track_id: number;
  label: string | null;
  first_frame: number;
  last_frame: number;
  frame_total: number;
  mean_score: number;
  /** Half-open runs of frames in which the object is seen. */
  segments: [number, number][];
}

export interface TrackList {
  job_id: string;
  complete: boolean;
  items: Track[];
}

export interface TrackFrame {
  frame_id: number;
  bbox: BoxXywh;
  score: number;
}

export interface Result {
  objects: { track_id: number; frames: TrackFrame[] }[];
}

export interface JobFailure {
  attempt: number;
  at: string;
  reason: string;
}

export type ParameterValue = string | number | boolean;
export type Parameters = Record<string, ParameterValue>;

export interface Job {
  id: string;
  video_id: string;
  kind: JobKind;
  engine: string | null;
  engine_version: string | null;
  parameters: Parameters;
  priority: Priority;
  state: JobState;
  attempt: number;
  max_attempts: number;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  frames_done: number;
  frames_ready: number;
  frame_count: number;
  progress: number;
  fps: number;
  eta_seconds: number | null;
  processing_seconds: number;
  error_message: string | null;
  failures: JobFailure[];
  queue_position: number | null;
}

export interface EngineParameter {
  name: string;
  kind: "integer" | "number" | "boolean" | "choice";
  default: ParameterValue;
  minimum: number | null;
  maximum: number | null;
  choices: ParameterValue[] | null;
  unit: string | null;
  help: string;
}

export interface Engine {
  name: string;
  version: string;
  title: string;
  description: string;
  available: boolean;
  reason: string | null;
  parameters: EngineParameter[];
}

/** How a video should be tracked; what is left out, the server chooses. */
export interface TrackingChoice {
  engine?: string;
  parameters?: Parameters;
  priority?: Priority;
}

export interface ServiceSettings {
  max_bytes: number;
  max_seconds: number;
  max_pixels: number;
  max_frames: number;
  version: string;
  priorities: Priority[];
}
