const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** 1738112 -> "1.7 MB" (powers of 1000, as file managers and disks count). */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit] ?? ""}`;
}

/** 75.4 -> "1:15", 3675 -> "1:01:15". Seconds are cut off, as on a player. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** 75.4 -> "1:15.400": exact enough to tell two frames apart. */
export function formatClock(seconds: number): string {
  const milliseconds = Math.round(Math.max(0, seconds) * 1000);
  return `${formatDuration(milliseconds / 1000)}.${String(milliseconds % 1000).padStart(3, "0")}`;
}

/** 0.4267 -> "42 %" for progress: cut off, so that 100 % means done. */
export function formatPercent(share: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, share)) * 100)} %`;
}

export function formatFps(fps: number): string {
  return fps >= 100 ? fps.toFixed(0) : String(Number(fps.toFixed(fps >= 10 ? 1 : 2)));
}

export function formatCount(count: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(count);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 minutes ago", in the reader's language; under a minute "now". */
export function formatAgo(instant: string, locale: string, now = Date.now()): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(0, "second");
}

export function formatInstant(instant: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(instant));
}
