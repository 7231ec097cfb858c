import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";

import { ChunkCache } from "@/features/viewer/chunk-cache";
import { TrackList } from "@/features/viewer/track-list";
import type { Results } from "@/features/viewer/use-results";
import { ViewerProvider, createViewerModel, hover } from "@/features/viewer/viewer-model";
import { renderPage } from "@/testing/render";
import { track, video } from "@/testing/samples";

function show(part: Partial<Results> = {}, status: "completed" | "processing" | "failed" = "completed") {
  const model = createViewerModel();
  model.player.setTimes(Array.from({ length: 200 }, (_, index) => index / 25));
  const results: Results = {
    times: new Float64Array(),
    tracks: [track(1), track(2, { label: "dog", first_frame: 120, last_frame: 150 })],
    tracksState: "success",
    retryTracks: () => undefined,
    chunks: new ChunkCache(() => Promise.reject(new Error("not here"))),
    jobId: "j1",
    complete: true,
    ...part,
  };
  renderPage(
    <ViewerProvider value={model}>
      <TrackList video={video({ status })} results={results} />
    </ViewerProvider>,
  );
  return model;
}

it("hides a track, says so, and shows it again", async () => {
  const model = show();
  await userEvent.click(screen.getByRole("button", { name: "Hide track 2" }));
  expect([...model.selection.get().hidden]).toEqual([2]);
  screen.getByText("1 track is hidden");
  await userEvent.click(screen.getByRole("button", { name: "Show all tracks" }));
  expect(model.selection.get().hidden.size).toBe(0);
});

it("shows one track alone", async () => {
  const model = show();
  await userEvent.click(screen.getByRole("button", { name: "Show only track 1" }));
  expect(model.selection.get().solo).toBe(1);
  screen.getByText("Only track 1 is shown");
});

it("goes to a chosen track's first frame when it is not on the screen", async () => {
  const model = show();
  await userEvent.click(screen.getByRole("button", { name: /#2 dog/ }));
  expect(model.selection.get().selected).toBe(2);
  expect(model.player.current).toBe(120);
});

it("lights up with the video in both directions", async () => {
  const model = show();
  await userEvent.hover(screen.getByText("#1"));
  expect(model.selection.get().hovered).toBe(1);
  act(() => hover(model, 2));
  expect(screen.getAllByTestId("track-row")[1]?.className).toContain("bg-sunken");
});

it("makes rows only for what is in sight, whatever the number of tracks", () => {
  show({ tracks: Array.from({ length: 5000 }, (_, index) => track(index + 1)) });
  expect(screen.getAllByTestId("track-row").length).toBeLessThan(40);
});

it("explains an empty list by what is going on", () => {
  show({ tracks: [], tracksState: "pending" }, "processing");
  screen.getByText("The first tracks come soon");
});

it("explains a result without tracks", () => {
  show({ tracks: [] });
  screen.getByText(/Nothing in this video moved enough/);
});
