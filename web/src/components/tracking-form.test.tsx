import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { TrackingForm } from "@/components/tracking-form";
import { renderPage } from "@/testing/render";
import { motion } from "@/testing/samples";

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

it("says of each engine why it cannot be used", () => {
  const sam = {
    ...motion,
    name: "sam2",
    title: "SAM 2",
    available: false,
    reason: "There are no weights.",
    parameters: [],
  };
  renderPage(<TrackingForm engines={[sam, motion]} choice={{ engine: "sam2" }} onChange={vi.fn()} />);
  screen.getByText("There are no weights.");
});

it("says beside the engine in use what another one lacks", () => {
  const sam = { ...motion, name: "sam2", title: "SAM 2", available: false, reason: "Fetch its weights." };
  renderPage(<TrackingForm engines={[motion, sam]} choice={{}} onChange={vi.fn()} />);
  screen.getByText("SAM 2: Fetch its weights.");
});
