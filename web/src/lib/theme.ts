import { createStore } from "@/lib/store";

export type Theme = "system" | "light" | "dark";

const KEY = "sammot.theme";
const systemDark = () => window.matchMedia("(prefers-color-scheme: dark)");

export function readSetting(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Keeps a choice for the next visit, where the browser allows it. */
export function writeSetting(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice holds until the page is closed.
  }
}

function stored(): Theme {
  const value = readSetting(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

export const theme = createStore<Theme>(stored());

function apply(): void {
  const chosen = theme.get();
  const dark = chosen === "dark" || (chosen === "system" && systemDark().matches);
  document.documentElement.classList.toggle("dark", dark);
}

export function chooseTheme(next: Theme): void {
  writeSetting(KEY, next);
  theme.set(next);
  apply();
}

/** Follows the system while nothing else is chosen. */
export function followSystemTheme(): void {
  apply();
  systemDark().addEventListener("change", apply);
}
