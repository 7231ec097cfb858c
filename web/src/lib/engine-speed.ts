import type { Engine, EngineParameter, EngineSpeed, Parameters } from "@/api/types";
import { isRead } from "@/lib/engine-parameters";

/** What was measured here with the same choices; undefined where nothing was. */
export function measuredSpeed(engine: Engine, parameters: Parameters = {}): EngineSpeed | undefined {
  const choices = engine.parameters.filter((parameter) => parameter.kind === "choice");
  // A job stores no choice that it did not read.
  const chosen = (choice: EngineParameter) =>
    isRead(choice, engine, parameters) ? (parameters[choice.name] ?? choice.default) : null;
  return engine.speeds.find((speed) =>
    choices.every((choice) => (speed.choices[choice.name] ?? null) === chosen(choice)),
  );
}
