import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { WorkersBanner } from "@/app/workers-banner";
import { renderPage, serve } from "@/testing/render";

const ready = (count: number) => ({ ready: true, checks: {}, queue: [], workers: [{ kind: "track", count }] });

it("says that nobody tracks", async () => {
  serve({ "GET /ready": ready(0) });
  renderPage(<WorkersBanner />);
  expect((await screen.findByRole("alert")).textContent).toContain("No worker is running.");
});

it("is silent while somebody does", async () => {
  const requests = serve({ "GET /ready": ready(1) });
  renderPage(<WorkersBanner />);
  await expect.poll(() => requests.length).toBe(1);
  expect(screen.queryByRole("alert")).toBeNull();
});
