import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Route, Routes } from "react-router";
import { expect, it } from "vitest";

import { HomePage } from "@/pages/home-page";
import { Refusal, renderPage, serve } from "@/testing/render";
import { video } from "@/testing/samples";

const settings = {
  max_bytes: 10_000_000_000,
  max_seconds: 7200,
  max_pixels: 1,
  max_frames: 1,
  version: "1",
  priorities: [],
};
const nothing = { items: [], next_cursor: null, total: 0 };

function show(answers: Record<string, unknown>) {
  const requests = serve({ "GET /settings": settings, "GET /engines": { items: [] }, ...answers });
  renderPage(
    <Routes>
      <Route index element={<HomePage />} />
      <Route path="videos/:id" element={<p>the viewer</p>} />
    </Routes>,
  );
  return requests;
}

it("invites a first visitor, tells the limits, and opens the demonstration", async () => {
  show({ "GET /videos": nothing, "POST /demo": video() });
  await screen.findByRole("heading", { name: "See everything that moves" });
  await screen.findByText(/Up to 10.0 GB and 2 h each/);
  await userEvent.click(screen.getByRole("button", { name: "Try it with a demonstration clip" }));
  await screen.findByText("the viewer");
});

it("leaves the page usable when the demonstration cannot be made", async () => {
  const problem = {
    type: "/problems/storage-full",
    title: "The storage is full",
    detail: "Delete something.",
    status: 507,
  };
  show({ "GET /videos": nothing, "POST /demo": new Refusal(507, problem) });
  const button = await screen.findByRole("button", { name: "Try it with a demonstration clip" });
  await userEvent.click(button);
  expect(button).toHaveProperty("disabled", false);
});

it("puts the library first once there is one", async () => {
  show({ "GET /videos": { items: [video()], next_cursor: null, total: 1 } });
  await screen.findByTestId("video-row");
  expect(screen.queryByRole("heading", { name: "See everything that moves" })).toBeNull();
});
