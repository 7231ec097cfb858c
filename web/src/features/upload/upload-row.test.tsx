import { screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { UploadRow } from "@/features/upload/upload-row";
import type { UploadItem } from "@/features/upload/upload-state";
import { language } from "@/i18n/i18n";
import { renderPage } from "@/testing/render";

afterEach(() => language.set("en"));

const item: UploadItem = {
  id: "a",
  name: "dog.mp4",
  size: 10_000_000,
  phase: "sending",
  sent: 4_000_000,
  samples: [
    { at: 0, sent: 2_000_000 },
    { at: 2000, sent: 4_000_000 },
  ],
  choice: {},
  problem: null,
  videoId: null,
};
const show = (part: Partial<UploadItem>) =>
  renderPage(
    <ul>
      <UploadRow item={{ ...item, ...part }} onChoose={vi.fn()} />
    </ul>,
  );
const buttons = () =>
  screen.getAllByRole("button").map((button) => button.getAttribute("aria-label") ?? button.textContent);

it("shows how much, how fast and how long while sending", () => {
  show({});
  screen.getByText("4.0 MB of 10.0 MB · 1.0 MB/s · 6 s left");
  screen.getByText("40 %");
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("40");
  expect(buttons()).toEqual(["Pause", "Cancel upload"]);
});

it.each([
  ["queued", ["Pause", "Cancel upload"], /waits for its turn/],
  ["waiting", ["Pause", "Cancel upload"], /connection lost/],
  ["paused", ["Resume", "Cancel upload"], /paused/],
  ["interrupted", ["Choose the file again", "Cancel upload"], /choose the file again/],
] as const)("offers the right way on when %s", (phase, expected, words) => {
  show({ phase, samples: [] });
  expect(buttons()).toEqual(expected);
  screen.getByText(words);
});

it("does not pretend to send what is all sent", () => {
  show({ sent: item.size });
  screen.getByText(/being examined/);
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBeNull();
  expect(buttons()).toEqual(["Cancel upload"]);
});

it("says in the visitor's language why a file is refused", () => {
  language.set("ko");
  const problem = { type: "/problems/unreadable-video", title: "No video", detail: "It is damaged.", status: 422 };
  show({ phase: "failed", problem });
  screen.getByText(/동영상을 읽을 수 없습니다\. .*동영상이 아닙니다/);
  expect(screen.queryByText(/damaged|No video/)).toBeNull();
});

it("leads to the video, new or known", () => {
  show({ phase: "duplicate", videoId: "v7" });
  screen.getByText(/already here/);
  expect(screen.getByRole("link", { name: "Open" }).getAttribute("href")).toBe("/videos/v7");
});

it("repeats the server's words, and does not offer to try what cannot work", () => {
  const problem = { type: "/problems/too-large", title: "Too large.", detail: "Cut it.", status: 413 };
  show({ phase: "failed", problem });
  expect(screen.getByRole("alert").textContent).toBe("Too large. Cut it.");
  expect(buttons()).toEqual(["Remove from this list"]);
});
