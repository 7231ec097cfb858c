import type { Engine, EngineSpeed, Parameters } from "@/api/types";

/** What was measured here with the same choices; undefined where nothing was. */
export function measuredSpeed(engine: Engine, parameters: Parameters = {}): EngineSpeed | undefined {
  const choices = engine.parameters.filter((parameter) => parameter.kind === "choice");
  return engine.speeds.find((speed) =>
    choices.every(({ name, default: usual }) => speed.choices[name] === (parameters[name] ?? usual)),
  );
}
