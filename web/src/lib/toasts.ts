import { createStore } from "@/lib/store";

export interface ToastMessage {
  id: number;
  title: string;
  detail?: string;
  tone: "good" | "bad";
  seconds: number;
  action?: { label: string; run: () => void };
}

export const toasts = createStore<readonly ToastMessage[]>([]);

let nextId = 1;

export function toast(
  message: Omit<ToastMessage, "id" | "tone" | "seconds"> & Partial<Pick<ToastMessage, "tone" | "seconds">>,
): number {
  const id = nextId;
  nextId += 1;
  toasts.update((list) => [...list.slice(-3), { tone: "good", seconds: 6, ...message, id }]);
  return id;
}

export function dismiss(id: number): void {
  toasts.update((list) => list.filter((item) => item.id !== id));
}
