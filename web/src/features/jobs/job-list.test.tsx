import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { JobList } from "@/features/jobs/job-list";
import { renderPage, serve } from "@/testing/render";
import { job, video } from "@/testing/samples";

const page = (...items: ReturnType<typeof job>[]) => ({ items, next_cursor: null, total: items.length });

it("tells of each job what it does, for which video and how far it is", async () => {
  serve({ "GET /jobs": page(job()), "GET /videos/v1": video() });
  renderPage(<JobList />);
  const row = await screen.findByTestId("job-row");
  within(row).getByText("Tracking");
  await within(row).findByRole("link", { name: "dog.mp4" });
  within(row).getByText("50 %");
  within(row).getByText("30 fps · 8 s left");
});

it("keeps the reasons of failed attempts", async () => {
  const failures = [{ attempt: 1, at: "2026-11-23T01:00:00Z", reason: "The worker went silent.", code: "worker-lost" }];
  serve({ "GET /jobs": page(job({ attempt: 2, failures })), "GET /videos/v1": video() });
  renderPage(<JobList />);
  await userEvent.click(await screen.findByText("1 failed attempt"));
  screen.getByText(/The worker went silent/);
});

it("cancels what runs", async () => {
  const requests = serve({
    "GET /jobs": page(job()),
    "GET /videos/v1": video(),
    "POST /jobs/j1/cancel": job({ state: "cancelled" }),
  });
  renderPage(<JobList />);
  await userEvent.click(await screen.findByRole("button", { name: "Cancel tracking" }));
  expect(requests.map((request) => request.key)).toContain("POST /jobs/j1/cancel");
});

it("offers another try only for the job that its video shows", async () => {
  const failed = job({ state: "failed" });
  serve({ "GET /jobs": page(failed, { ...failed, id: "j0" }), "GET /videos/v1": video() });
  renderPage(<JobList />);
  await screen.findAllByRole("link", { name: "dog.mp4" });
  expect(screen.getAllByRole("button", { name: "Retry" })).toHaveLength(1);
});

it("says so when there are none", async () => {
  serve({ "GET /jobs": page() });
  renderPage(<JobList />);
  await screen.findByText("No jobs");
});
