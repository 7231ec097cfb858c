import { expect, it } from "vitest";

import { isRead } from "@/lib/engine-parameters";
import { reader } from "@/testing/samples";

const [find, text] = reader.parameters as [(typeof reader.parameters)[0], (typeof reader.parameters)[0]];

it("is read always where it depends on nothing", () => {
  expect(isRead(find, reader)).toBe(true);
});

it("is read only where another parameter has one of the values", () => {
  expect(isRead(text, reader)).toBe(false);
  expect(isRead(text, reader, { find: "text" })).toBe(true);
  expect(isRead(text, reader, { find: "movement" })).toBe(false);
});
