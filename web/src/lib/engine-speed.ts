import type { Engine, EngineSpeed, Parameters } from "@/api/types";
import { isRead } from "@/lib/engine-parameters";

/** What was measured here with these choices, on jobs rather than in a trial; undefined where nothing was. */
export function measuredSpeed(engine: Engine, parameters: Parameters = {}): EngineSpeed | undefined {
  // A job stores no choice that it did not read; a trial made only some.
  const chosen = (name: string) => {
    const choice = engine.parameters.find((parameter) => parameter.name === name);
    return choice && isRead(choice, engine, parameters) ? (parameters[name] ?? choice.default) : null;
  };
  return engine.speeds.find((speed) => Object.entries(speed.choices).every(([name, value]) => value === chosen(name)));
}
