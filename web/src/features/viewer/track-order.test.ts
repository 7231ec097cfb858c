import { expect, it } from "vitest";

import { orderTracks, type TrackOrder } from "@/features/viewer/track-order";
import { track } from "@/testing/samples";

const tracks = [
  track(3, { first_frame: 0, frame_total: 10, mean_score: 0.5 }),
  track(1, { first_frame: 5, frame_total: 90, mean_score: 0.5 }),
  track(2, { first_frame: 0, frame_total: 10, mean_score: 0.9 }),
];
const cases: [TrackOrder, number[]][] = [
  ["number", [1, 2, 3]],
  ["first", [2, 3, 1]],
  ["longest", [1, 2, 3]],
  ["score", [2, 1, 3]],
];

it.each(cases)("orders by %s, and equals by their numbers", (order, expected) => {
  expect(orderTracks(tracks, order).map((found) => found.track_id)).toEqual(expected);
});

it("leaves what it was given as it was", () => {
  orderTracks(tracks, "number");
  expect(tracks.map((found) => found.track_id)).toEqual([3, 1, 2]);
});
