import type { Prompt, TrackingChoice } from "@/api/types";
import type { Store } from "@/lib/store";

/** What the visitor shows to an engine: these are the objects, here, in these frames. */
export interface Prompting {
  active: boolean;
  /** The object that the next mark belongs to. */
  object: number;
  /** Whether the next click is on the object, or on what is not part of it. */
  inside: boolean;
  prompts: readonly Prompt[];
  /** The prompts before each change, the newest last. */
  past: readonly (readonly Prompt[])[];
  choice: TrackingChoice;
}

export const NO_PROMPTS: Prompting = { active: false, object: 1, inside: true, prompts: [], past: [], choice: {} };

/** A place in the original's pixels from one on the screen; kept inside the picture. */
export function pixelAt(offset: number, extent: number, pixels: number): number {
  const share = extent > 0 ? Math.min(1, Math.max(0, offset / extent)) : 0;
  return Math.round(share * pixels * 100) / 100;
}

export function promptAt(state: Prompting, frame: number, object = state.object): Prompt | undefined {
  return state.prompts.find((prompt) => prompt.object === object && prompt.frame === frame);
}

/** Whether a click beside the object means something: the object itself must have been shown in this frame. */
export function canExclude(state: Prompting, frame: number): boolean {
  const prompt = promptAt(state, frame);
  return Boolean(prompt?.box ?? prompt?.points?.some((point) => point.inside));
}

/** With one more point; a point beside an object that nobody has shown yet is none. */
export function pointed(state: Prompting, frame: number, point: { x: number; y: number; inside: boolean }): Prompting {
  if (!point.inside && !canExclude(state, frame)) return state;
  const before = promptAt(state, frame);
  return withPrompt(state, {
    object: state.object,
    frame,
    points: [...(before?.points ?? []), point],
    ...(before?.box ? { box: before.box } : {}),
  });
}

/** With this box (x, y, width, height), in the place of an earlier one. */
export function boxed(state: Prompting, frame: number, box: readonly number[]): Prompting {
  const points = promptAt(state, frame)?.points;
  return withPrompt(state, { object: state.object, frame, box: [...box], ...(points ? { points } : {}) });
}

export function removed(state: Prompting, object: number, frame: number): Prompting {
  return changed(
    state,
    state.prompts.filter((prompt) => prompt.object !== object || prompt.frame !== frame),
  );
}

export function undone(state: Prompting): Prompting {
  const prompts = state.past.at(-1);
  return prompts ? { ...state, prompts, past: state.past.slice(0, -1) } : state;
}

/** The next mark begins an object of its own. */
export function anotherObject(state: Prompting): Prompting {
  const highest = Math.max(0, ...state.prompts.map((prompt) => prompt.object));
  return { ...state, object: highest + 1, inside: true };
}

/** Takes the tool up, or begins the next object. */
export function openTool(prompting: Store<Prompting>): void {
  prompting.update((state) => ({ ...anotherObject(state), active: true }));
}

export function closeTool(prompting: Store<Prompting>): void {
  prompting.update((state) => ({ ...state, active: false }));
}

function withPrompt(state: Prompting, prompt: Prompt): Prompting {
  const others = state.prompts.filter((other) => other.object !== prompt.object || other.frame !== prompt.frame);
  return changed(
    state,
    [...others, prompt].sort((a, b) => a.object - b.object || a.frame - b.frame),
  );
}

function changed(state: Prompting, prompts: readonly Prompt[]): Prompting {
  return { ...state, prompts, past: [...state.past, state.prompts] };
}
