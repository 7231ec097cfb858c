import type { Engine, Job, Track, Video, VideoProgress } from "@/api/types";

export function video(part: Partial<Video> = {}): Video {
  return {
    id: "v1",
    user_id: "local",
    original_filename: "dog.mp4",
    storage_path: "videos/v1/original",
    file_size: 1_738_112,
    sha256: "00",
    upload_time: "2026-11-23T01:00:00.000Z",
    duration: 9.64,
    status: "completed",
    processing_start_time: "2026-11-23T01:00:01.000Z",
    processing_end_time: "2026-11-23T01:00:13.000Z",
    error_message: null,
    error_code: null,
    result_path: "jobs/j1",
    pinned: false,
    warnings: [],
    container: "mov",
    codec: "h264",
    width: 1280,
    height: 720,
    rotation: 0,
    fps: 29.97,
    frame_count: 289,
    has_audio: false,
    browser_playable: true,
    playable: "ready",
    job_id: "j1",
    revision: 1,
    duplicate: false,
    ...part,
  };
}

export function progress(part: Partial<VideoProgress> = {}): VideoProgress {
  return {
    video_id: "v1",
    status: "processing",
    progress: 0.42,
    frames_done: 121,
    frames_ready: 64,
    frame_count: 289,
    fps: 31.2,
    eta_seconds: 5.4,
    error_message: null,
    error_code: null,
    job_id: "j1",
    attempt: 1,
    engine: "motion",
    queue_position: null,
    playable: "ready",
    track_count: 3,
    revision: 2,
    render: { job_id: null, status: "none", progress: 0, eta_seconds: null },
    ...part,
  };
}

export function job(part: Partial<Job> = {}): Job {
  return {
    id: "j1",
    video_id: "v1",
    kind: "track",
    engine: "motion",
    engine_version: "1",
    parameters: { preset: "balanced" },
    priority: "normal",
    state: "running",
    attempt: 1,
    max_attempts: 3,
    created_at: "2026-11-23T01:00:00.000Z",
    started_at: null,
    finished_at: null,
    not_before: null,
    frames_done: 0,
    frames_ready: 0,
    frame_count: 289,
    progress: 0.5,
    fps: 30,
    eta_seconds: 8,
    processing_seconds: 0,
    error_message: null,
    error_code: null,
    failures: [],
    queue_position: null,
    ...part,
  };
}

export function track(id: number, part: Partial<Track> = {}): Track {
  return {
    track_id: id,
    label: null,
    first_frame: 0,
    last_frame: 99,
    frame_total: 100,
    mean_score: 0.9,
    segments: [[0, 100]],
    ...part,
  };
}

export const motion: Engine = {
  name: "motion",
  version: "1",
  title: "Motion",
  description: "Finds everything that moves.",
  available: true,
  lacks: null,
  reason: null,
  remedy: null,
  takes_prompts: false,
  models: [],
  speeds: [],
  parameters: [
    {
      name: "sensitivity",
      kind: "number",
      default: 1,
      minimum: 0.25,
      maximum: 4,
      choices: [],
      unit: "times",
      help: "Higher finds fainter motion.",
      only_for: {},
    },
    {
      name: "ignore_shadows",
      kind: "boolean",
      default: true,
      minimum: null,
      maximum: null,
      choices: [],
      unit: "",
      help: "Leave shadows out.",
      only_for: {},
    },
  ],
};

/** An engine that finds what a text names, if asked to. */
export const reader: Engine = {
  ...motion,
  name: "sam2",
  title: "Segment Anything 2",
  parameters: [
    {
      name: "find",
      kind: "choice",
      default: "movement",
      minimum: null,
      maximum: null,
      choices: ["movement", "text"],
      unit: "",
      help: "What is tracked.",
      only_for: {},
    },
    {
      name: "text",
      kind: "text",
      default: "",
      minimum: 1,
      maximum: 200,
      choices: [],
      unit: "",
      help: "What to look for.",
      only_for: { find: ["text"] },
    },
  ],
};
