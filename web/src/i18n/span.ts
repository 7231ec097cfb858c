import type { Translate } from "@/i18n/i18n";

/** A wait in words: "8 s", "3 min", "1 h 20 min"; rounded up, so that nobody waits longer than told. */
export function spanText(seconds: number, t: Translate): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 90) return t("span.seconds", { count: whole });
  const minutes = Math.ceil(whole / 60);
  if (minutes < 90) return t("span.minutes", { count: minutes });
  const hours = t("span.hours", { count: Math.floor(minutes / 60) });
  return minutes % 60 === 0 ? hours : `${hours} ${t("span.minutes", { count: minutes % 60 })}`;
}
