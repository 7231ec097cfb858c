import type { Engine, EngineParameter, Parameters } from "@/api/types";

/** Whether the engine reads this parameter at all, with the others as they are chosen. */
export function isRead(parameter: EngineParameter, engine: Engine, chosen: Parameters = {}): boolean {
  return Object.entries(parameter.only_for).every(([name, values]) => {
    const other = engine.parameters.find((candidate) => candidate.name === name);
    return values.includes(String(chosen[name] ?? other?.default));
  });
}
