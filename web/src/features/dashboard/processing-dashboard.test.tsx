import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it } from "vitest";

import { ProcessingDashboard } from "@/features/dashboard/processing-dashboard";
import { language } from "@/i18n/i18n";
import { Refusal, renderPage, serve, type Request } from "@/testing/render";
import { progress, video } from "@/testing/samples";

const page = (...items: ReturnType<typeof video>[]) => ({ items, next_cursor: null, total: items.length });

afterEach(() => language.set("en"));

it("lists videos with what is known of them", async () => {
  serve({ "GET /videos": page(video()) });
  renderPage(<ProcessingDashboard />);
  const row = await screen.findByTestId("video-row");
  expect(row).toHaveProperty("dataset.status", "completed");
  within(row).getByText(/0:09 · 1280 × 720 · 1.7 MB/);
  within(row).getByText("in 12 s");
});

it("shows the progress, speed and time left of a running video", async () => {
  serve({ "GET /videos": page(video({ status: "processing" })), "GET /videos/v1/status": progress() });
  renderPage(<ProcessingDashboard />);
  await screen.findByText("42 %");
  screen.getByText("121 of 289 frames · 31.2 fps · 6 s left");
});

it("says how many are ahead of a waiting video", async () => {
  const waiting = progress({ status: "uploaded", queue_position: 2 });
  serve({ "GET /videos": page(video({ status: "uploaded" })), "GET /videos/v1/status": waiting });
  renderPage(<ProcessingDashboard />);
  await screen.findByText("2 videos ahead");
});

it("tells why a video failed and offers to try again", async () => {
  const failed = video({ status: "failed", error_message: "The disk is full." });
  const requests = serve({ "GET /videos": page(failed), "POST /jobs/j1/retry": { id: "j1", video_id: "v1" } });
  renderPage(<ProcessingDashboard />);
  await screen.findByText("The disk is full.");
  await userEvent.click(screen.getByRole("button", { name: "Retry" }));
  expect(requests.map((request) => request.key)).toContain("POST /jobs/j1/retry");
});

it("tells in the visitor's language why a video failed", async () => {
  language.set("ko");
  const failed = video({ status: "failed", error_message: "The disk is full.", error_code: "storage-full" });
  serve({ "GET /videos": page(failed) });
  renderPage(<ProcessingDashboard />);
  await screen.findByText(/서버 디스크에 남은 공간이 없습니다/);
});

it("asks for the status and the words that were chosen", async () => {
  const requests = serve({ "GET /videos": page(video()) });
  renderPage(<ProcessingDashboard />, "/?status=failed&q=dog&sort=name");
  await screen.findByTestId("video-row");
  expect(requests[0]?.params).toMatchObject({ status: "failed", q: "dog", sort: "name" });
});

it("shows a way out when nothing fits", async () => {
  serve({ "GET /videos": ({ params }: Request) => (params.q ? page() : page(video())) });
  renderPage(<ProcessingDashboard />, "/?q=cat");
  await userEvent.click(await screen.findByRole("button", { name: "Show all videos" }));
  await screen.findByTestId("video-row");
});

it("shows the server's own words when the list cannot be had, and asks again", async () => {
  const problem = {
    type: "/problems/unavailable",
    title: "The database is away.",
    detail: "Try again soon.",
    status: 503,
  };
  const answers: Record<string, unknown> = { "GET /videos": new Refusal(503, problem) };
  serve(answers);
  renderPage(<ProcessingDashboard />);
  await screen.findByText("The database is away.");
  screen.getByText("Try again soon.");
  answers["GET /videos"] = page(video());
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByTestId("video-row");
});

it("deletes only after a question", async () => {
  const requests = serve({ "GET /videos": page(video()), "DELETE /videos/v1": "" });
  renderPage(<ProcessingDashboard />);
  await userEvent.click(await screen.findByRole("button", { name: "Actions for dog.mp4" }));
  await userEvent.click(screen.getByRole("menuitem", { name: "Delete" }));
  const dialog = screen.getByRole("dialog");
  expect(requests.some((request) => request.key.startsWith("DELETE"))).toBe(false);
  await userEvent.click(within(dialog).getByRole("button", { name: "Delete" }));
  expect(requests.map((request) => request.key)).toContain("DELETE /videos/v1");
});

it("renames", async () => {
  const requests = serve({
    "GET /videos": page(video()),
    "PATCH /videos/v1": ({ body }: Request) => video(body as object),
  });
  renderPage(<ProcessingDashboard />);
  await userEvent.click(await screen.findByRole("button", { name: "Actions for dog.mp4" }));
  await userEvent.click(screen.getByRole("menuitem", { name: "Rename" }));
  const field = screen.getByRole("textbox", { name: "Name" });
  await userEvent.clear(field);
  await userEvent.type(field, "cat.mp4{Enter}");
  await screen.findByText("cat.mp4");
  const rename = requests.find((request) => request.key === "PATCH /videos/v1");
  expect(rename?.body).toEqual({ original_filename: "cat.mp4" });
});

it("pins a video where old ones are deleted, and says so", async () => {
  const requests = serve({
    "GET /videos": page(video()),
    "GET /settings": { retention_days: 30 },
    "PATCH /videos/v1": ({ body }: Request) => video(body as object),
  });
  renderPage(<ProcessingDashboard />);
  await userEvent.click(await screen.findByRole("button", { name: "Actions for dog.mp4" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Pin: keep for good" }));
  await screen.findByRole("button", { name: "Pinned: stays until you delete it" });
  expect(requests.find((request) => request.key === "PATCH /videos/v1")?.body).toEqual({ pinned: true });
  await userEvent.click(screen.getByRole("button", { name: "Actions for dog.mp4" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: "Unpin" }));
  expect(screen.queryByRole("button", { name: "Pinned: stays until you delete it" })).toBeNull();
});

it("offers no pin where nothing is deleted by itself", async () => {
  serve({ "GET /videos": page(video()), "GET /settings": { retention_days: null } });
  renderPage(<ProcessingDashboard />);
  await userEvent.click(await screen.findByRole("button", { name: "Actions for dog.mp4" }));
  await screen.findByRole("menuitem", { name: "Rename" });
  expect(screen.queryByRole("menuitem", { name: "Pin: keep for good" })).toBeNull();
});
