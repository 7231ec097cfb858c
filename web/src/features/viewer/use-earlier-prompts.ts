import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { jobQuery } from "@/api/jobs";
import type { Job, Prompt } from "@/api/types";
import { anotherObject } from "@/features/viewer/prompting";
import type { ViewerModel } from "@/features/viewer/viewer-model";
import { useSelected } from "@/lib/store";

/** The tool begins with what was shown to the engine for the present result, so that it can be corrected. */
export function useEarlierPrompts(model: ViewerModel, jobId: string | null): void {
  const active = useSelected(model.prompting, (state) => state.active);
  const { data: job } = useQuery({ ...jobQuery(jobId ?? ""), enabled: active && jobId !== null });
  useEffect(() => {
    const prompts = job ? promptsOf(job) : [];
    if (!job || prompts.length === 0) return;
    const parameters = Object.fromEntries(Object.entries(job.parameters).filter(([name]) => name !== "prompts"));
    model.prompting.update((state) =>
      state.prompts.length > 0 || state.past.length > 0
        ? state
        : anotherObject({ ...state, prompts, choice: { engine: job.engine, parameters } }),
    );
  }, [model, job]);
}

function promptsOf(job: Job): readonly Prompt[] {
  const given: unknown = job.parameters.prompts;
  return Array.isArray(given) ? (given as Prompt[]) : [];
}
