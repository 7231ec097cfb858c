import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { TrackAgainDialog } from "@/components/track-again-dialog";
import { Refusal, renderPage, serve } from "@/testing/render";
import { job, motion, video } from "@/testing/samples";

const last = job({ parameters: { sensitivity: 2, ignore_shadows: true }, priority: "low" });
const answers = { "GET /engines": { items: [motion] }, "GET /jobs/j1": last };

it("begins from the last run and sends only what is not the default", async () => {
  const requests = serve({ ...answers, "POST /videos/v1/jobs": job() });
  const onOpenChange = vi.fn();
  renderPage(<TrackAgainDialog video={video()} open onOpenChange={onOpenChange} />);
  expect(await screen.findByRole("spinbutton", { name: "Sensitivity (times)" })).toHaveProperty("value", "2");
  await userEvent.click(screen.getByRole("switch"));
  await userEvent.click(screen.getByRole("button", { name: "Start tracking" }));
  const sent = requests.find((request) => request.key === "POST /videos/v1/jobs");
  expect(sent?.body).toEqual({
    engine: "motion",
    parameters: { sensitivity: 2, ignore_shadows: false },
    priority: "low",
  });
  expect(onOpenChange).toHaveBeenCalledWith(false);
});

it("stays open and says why when the service refuses", async () => {
  const problem = {
    type: "/problems/invalid-input",
    title: "The request is not valid",
    detail: "Too much.",
    status: 422,
  };
  serve({ ...answers, "POST /videos/v1/jobs": new Refusal(422, problem) });
  const onOpenChange = vi.fn();
  renderPage(<TrackAgainDialog video={video()} open onOpenChange={onOpenChange} />);
  await screen.findByRole("switch");
  await userEvent.click(screen.getByRole("button", { name: "Start tracking" }));
  expect((await screen.findByRole("alert")).textContent).toBe("The request is not valid. Too much.");
  expect(onOpenChange).not.toHaveBeenCalled();
});
