import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

/** jsdom lays nothing out, so nothing ever changes its size or comes into sight. */
class IdleObserver {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
}

Object.assign(globalThis, { ResizeObserver: IdleObserver, IntersectionObserver: IdleObserver });
Object.assign(Element.prototype, {
  hasPointerCapture: () => false,
  scrollIntoView: () => undefined,
  scrollTo: () => undefined,
});

afterEach(() => {
  cleanup();
  localStorage.clear();
});
