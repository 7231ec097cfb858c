import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import type { RenderStatus, VideoProgress } from "@/api/types";
import { DownloadMenu } from "@/features/viewer/download-menu";
import { renderPage, serve } from "@/testing/render";
import { progress, video } from "@/testing/samples";

async function open(part: Partial<VideoProgress>) {
  renderPage(<DownloadMenu video={video()} progress={progress(part)} complete={part.status === "completed"} />);
  await userEvent.click(screen.getByRole("button", { name: "Download" }));
  return screen.getByRole("menuitem", { name: /Annotated video/ });
}

const render = (part: Partial<RenderStatus>): RenderStatus => ({
  job_id: null,
  status: "none",
  progress: 0,
  eta_seconds: null,
  ...part,
});

it("does not offer the annotated video before the tracking is done", async () => {
  const item = await open({ status: "processing" });
  expect(item.getAttribute("aria-disabled")).toBe("true");
  expect(screen.getAllByText("what is tracked so far")).toHaveLength(3);
});

it("tells how far the annotated video is", async () => {
  const item = await open({
    status: "completed",
    render: render({ status: "running", progress: 0.31, eta_seconds: 12 }),
  });
  expect(item.textContent).toContain("being made, 31 % · 12 s left");
});

it("asks for the annotated video with one byte, not with all", async () => {
  const requests = serve({ "GET /videos/v1/download": render({ status: "queued" }) });
  await userEvent.click(await open({ status: "completed" }));
  expect(requests.map((request) => request.key)).toContain("GET /videos/v1/download");
});

it("links the data in every format", async () => {
  await open({ status: "completed" });
  const links = ["JSON", "CSV", "MOTChallenge", "Original video"].map((name) =>
    screen.getByRole("menuitem", { name: new RegExp(name) }).getAttribute("href"),
  );
  expect(links).toEqual([
    "/api/videos/v1/download?format=json",
    "/api/videos/v1/download?format=csv",
    "/api/videos/v1/download?format=mot",
    "/api/videos/v1/original?download=1",
  ]);
});
