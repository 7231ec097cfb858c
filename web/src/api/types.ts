/** The shapes on the wire: taken from the server's own document, with the few things said that a schema cannot say. */

import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export type Video = Schemas["Video"];
export type VideoStatus = Video["status"];
export type PlayableState = Video["playable"];
export type VideoProgress = Schemas["Status"];
export type RenderStatus = Schemas["Render"];
export type Timeline = Schemas["Timeline"];

export type JobFailure = Schemas["Failure"];
export type JobState = Schemas["Job"]["state"];
export type JobKind = Schemas["Job"]["kind"];
export type Priority = Schemas["Job"]["priority"];
export type ServiceSettings = Schemas["Limits"];
export type Ready = Schemas["Ready"];

export type ParameterValue = string | number | boolean;
export type Parameters = Record<string, ParameterValue>;
export type Job = Omit<Schemas["Job"], "parameters"> & { parameters: Parameters };
export type EngineParameter = Omit<Schemas["Parameter"], "kind" | "default" | "choices"> & {
  kind: "integer" | "number" | "boolean" | "choice" | "text";
  default: ParameterValue;
  choices: ParameterValue[];
};
export type EngineSpeed = Omit<Schemas["Speed"], "choices"> & { choices: Record<string, ParameterValue | null> };
export type Engine = Omit<Schemas["Engine"], "parameters" | "speeds"> & {
  parameters: EngineParameter[];
  speeds: EngineSpeed[];
};

/** An object shown to the engine in one frame; coordinates are pixels of the upright original. */
export type Prompt = Schemas["Prompt"];

/** How a video should be tracked; what is left out, the server chooses. */
export interface TrackingChoice {
  engine?: string;
  parameters?: Parameters;
  priority?: Priority;
  prompts?: Prompt[];
}

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
  total: number;
}

/** x, y, width, height in pixels of the upright original; origin top left. */
export type BoxXywh = [number, number, number, number];

export interface Rle {
  /** Height, width. */
  size: [number, number];
  counts: string;
}

export type FrameObject = Omit<Schemas["Observation"], "bbox" | "mask"> & { bbox: BoxXywh; mask: Rle | null };
export type FrameRecord = Omit<Schemas["ChunkFrame"], "objects"> & { objects: FrameObject[] };
export type Chunk = Omit<Schemas["Chunk"], "frames"> & { frames: FrameRecord[] };
export type ChunkBounds = Schemas["ChunkBounds"];
export type ChunkList = Schemas["ChunkList"];

/** `segments` are half-open runs of frames in which the object is seen. */
export type Track = Omit<Schemas["Track"], "segments"> & { segments: [number, number][] };
export type TrackList = Omit<Schemas["TrackList"], "items"> & { items: Track[] };

export interface TrackFrame {
  frame_id: number;
  bbox: BoxXywh;
  score: number;
}

export interface Result {
  objects: { track_id: number; frames: TrackFrame[] }[];
}
