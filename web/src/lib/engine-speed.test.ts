import { expect, it } from "vitest";

import { measuredSpeed } from "@/lib/engine-speed";
import { motion } from "@/testing/samples";

const preset = {
  name: "preset",
  kind: "choice" as const,
  default: "balanced",
  minimum: null,
  maximum: null,
  choices: ["fast", "balanced"],
  unit: "",
  help: "",
  only_for: {},
};
const engine = {
  ...motion,
  parameters: [...motion.parameters, preset],
  speeds: [
    { choices: { preset: "fast" }, fps: 80, job_count: 1 },
    { choices: { preset: "balanced" }, fps: 40, job_count: 3 },
  ],
};

it("is that of jobs with the same choices", () => {
  expect(measuredSpeed(engine, { preset: "fast" })?.fps).toBe(80);
  expect(measuredSpeed(engine, { sensitivity: 2 })?.fps).toBe(40);
});

it("is that of a trial, which made fewer choices, where no job had them", () => {
  const trial = { choices: {}, fps: 30, job_count: 0 };
  const speeds = [...engine.speeds.slice(0, 1), trial];
  expect(measuredSpeed({ ...engine, speeds }, { preset: "fast" })?.fps).toBe(80);
  expect(measuredSpeed({ ...engine, speeds })).toBe(trial);
});

it("is unknown where no job had them", () => {
  expect(measuredSpeed({ ...engine, speeds: engine.speeds.slice(0, 1) })).toBeUndefined();
  expect(measuredSpeed({ ...engine, speeds: [] })).toBeUndefined();
});

it("does not depend on a choice that nobody reads", () => {
  const detector = { ...preset, name: "detector", default: "small", only_for: { preset: ["fast"] } };
  const speeds = [{ choices: { preset: "balanced", detector: null }, fps: 40, job_count: 1 }];
  const both = { ...engine, parameters: [preset, detector], speeds };
  expect(measuredSpeed(both)?.fps).toBe(40);
  expect(measuredSpeed(both, { preset: "fast" })).toBeUndefined();
});
