import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import type { Engine } from "@/api/types";
import { TrackingForm } from "@/components/tracking-form";
import { renderPage } from "@/testing/render";
import { motion, reader } from "@/testing/samples";

it("makes a field of every parameter that the engine states", () => {
  renderPage(<TrackingForm engines={[motion]} choice={{}} onChange={vi.fn()} />);
  const field = screen.getByRole("spinbutton", { name: "Sensitivity (times)" });
  expect(field).toMatchObject({ value: "1", min: "0.25", max: "4" });
  screen.getByText("Higher finds fainter motion.");
  expect(screen.getByRole("switch").getAttribute("aria-checked")).toBe("true");
});

it("tells only what differs from the defaults", async () => {
  const onChange = vi.fn();
  renderPage(<TrackingForm engines={[motion]} choice={{ parameters: { sensitivity: 2 } }} onChange={onChange} />);
  await userEvent.click(screen.getByRole("switch"));
  expect(onChange).toHaveBeenLastCalledWith({
    engine: "motion",
    parameters: { sensitivity: 2, ignore_shadows: false },
  });
  fireEvent.change(screen.getByRole("spinbutton"), { target: { value: "1" } });
  expect(onChange).toHaveBeenLastCalledWith({ engine: "motion", parameters: {} });
});

const absent: Engine = {
  ...motion,
  name: "sam2",
  title: "SAM 2",
  available: false,
  lacks: "weights",
  reason: "There are no weights",
  remedy: "sammot models fetch tiny",
  parameters: [],
};

it("tells of an engine that cannot run why, and the command that mends it", () => {
  renderPage(<TrackingForm engines={[motion, absent]} choice={{}} onChange={vi.fn()} />);
  screen.getByText("No weights");
  screen.getByText(/^There are no weights\. Type this/);
  screen.getByText("sammot models fetch tiny");
  expect(screen.getByRole("radio", { name: /SAM 2/ })).toHaveProperty("disabled", true);
});

it("chooses among those that can run, and forgets the parameters of the other", async () => {
  const onChange = vi.fn();
  const sam: Engine = { ...absent, available: true, lacks: null };
  renderPage(<TrackingForm engines={[motion, sam]} choice={{ parameters: { sensitivity: 2 } }} onChange={onChange} />);
  await userEvent.click(screen.getByRole("radio", { name: /SAM 2/ }));
  expect(onChange).toHaveBeenLastCalledWith({ engine: "sam2", parameters: {} });
});

it("tells the licence of every model, which are gated and which are here", async () => {
  const models = [
    { name: "small", repository: "a/small", licence: "Apache-2.0", gated: false, installed: true },
    { name: "big", repository: "b/big", licence: "Its own", gated: true, installed: false },
  ];
  renderPage(<TrackingForm engines={[motion, { ...absent, models }]} choice={{}} onChange={vi.fn()} />);
  await userEvent.click(screen.getByText("Models and their licences"));
  const [small, big] = screen.getAllByRole("listitem");
  expect(small?.textContent).toBe("smallApache-2.0Here");
  expect(big?.textContent).toBe("bigIts ownGatedIts terms must be accepted first, on the hub's page of b/big.");
});

it("says where the speed is that of a trial", () => {
  const speeds = [{ choices: {}, fps: 4, job_count: 0 }];
  renderPage(<TrackingForm engines={[{ ...motion, speeds }]} choice={{}} frameCount={1440} onChange={vi.fn()} />);
  screen.getByText("About 4 fps here in a short trial: this video takes 6 min, many objects longer.");
});

it("tells how long the video takes where the speed was measured, and else that it was not", () => {
  const speeds = [{ choices: {}, fps: 4, job_count: 2 }];
  const { unmount } = renderPage(
    <TrackingForm engines={[{ ...motion, speeds }]} choice={{}} frameCount={1440} onChange={vi.fn()} />,
  );
  screen.getByText("About 4 fps here: this video takes 6 min.");
  unmount();
  renderPage(<TrackingForm engines={[motion]} choice={{}} frameCount={1440} onChange={vi.fn()} />);
  screen.getByText("Not measured here yet with these settings.");
});

it("shows a text only where it is read, and no longer than it may be", async () => {
  const onChange = vi.fn();
  const { unmount } = renderPage(<TrackingForm engines={[reader]} choice={{}} onChange={onChange} />);
  expect(screen.queryByRole("textbox")).toBeNull();
  unmount();
  const choice = { parameters: { find: "text", text: "a do" } };
  renderPage(<TrackingForm engines={[reader]} choice={choice} onChange={onChange} />);
  const field = screen.getByRole("textbox", { name: "Text" });
  expect(field).toMatchObject({ value: "a do", maxLength: 200, required: true });
  await userEvent.type(field, "g");
  expect(onChange).toHaveBeenLastCalledWith({ engine: "sam2", parameters: { find: "text", text: "a dog" } });
});

it("forgets a text that is read no more", async () => {
  const onChange = vi.fn();
  const choice = { parameters: { find: "text", text: "a dog" } };
  renderPage(<TrackingForm engines={[reader]} choice={choice} onChange={onChange} />);
  await userEvent.click(screen.getByRole("combobox", { name: "Find" }));
  await userEvent.click(screen.getByRole("option", { name: "Movement" }));
  expect(onChange).toHaveBeenLastCalledWith({ engine: "sam2", parameters: {} });
});
