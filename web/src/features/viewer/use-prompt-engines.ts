import { useQuery } from "@tanstack/react-query";

import { enginesQuery } from "@/api/service";
import type { Engine } from "@/api/types";

/** The engines that can be shown objects; with prompts, nothing else is looked for unless asked. */
export function usePromptEngines(): { engines: readonly Engine[]; usable: Engine | undefined; error: unknown } {
  const query = useQuery(enginesQuery);
  const engines = (query.data ?? []).filter((engine) => engine.takes_prompts).map(findingNothing);
  // The engines come with the one that needs least first; what more is installed for is preferred.
  return { engines, usable: engines.filter((engine) => engine.available).at(-1), error: query.error };
}

function findingNothing(engine: Engine): Engine {
  return {
    ...engine,
    parameters: engine.parameters.map((parameter) =>
      parameter.name === "find" ? { ...parameter, default: "nothing" } : parameter,
    ),
  };
}
