import type { ServiceSettings } from "@/api/types";
import type { Problem } from "@/api/problem";
import type { Translate } from "@/i18n/i18n";
import { formatBytes, formatDuration } from "@/lib/format";

interface Probe {
  seconds: number;
  pixels: number;
}

const PROBE_MS = 3000;

/** What the browser itself can tell of a video file; null where it cannot play it or takes too long. */
export function probeFile(file: File): Promise<Probe | null> {
  return new Promise((resolve) => {
    const video = document.createElement("video");
    const url = URL.createObjectURL(file);
    const finish = (probe: Probe | null) => {
      window.clearTimeout(timer);
      video.removeAttribute("src");
      URL.revokeObjectURL(url);
      resolve(probe);
    };
    const timer = window.setTimeout(() => finish(null), PROBE_MS);
    video.preload = "metadata";
    video.onloadedmetadata = () => finish({ seconds: video.duration, pixels: video.videoWidth * video.videoHeight });
    video.onerror = () => finish(null);
    video.src = url;
  });
}

function limitProblem(title: string, detail: string): Problem {
  return { type: "limit", title, detail, status: 413 };
}

/** Refuses before sending what the server would refuse after. `probe` is null where it is not known. */
export function checkLimits(
  file: { size: number },
  probe: Probe | null,
  settings: ServiceSettings,
  t: Translate,
): Problem | null {
  if (file.size === 0) return limitProblem(t("check.empty.title"), t("check.empty.detail"));
  if (file.size > settings.max_bytes) {
    const values = { size: formatBytes(file.size), limit: formatBytes(settings.max_bytes) };
    return limitProblem(t("check.bytes.title"), t("check.bytes.detail", values));
  }
  if (probe && Number.isFinite(probe.seconds) && probe.seconds > settings.max_seconds) {
    const values = { length: formatDuration(probe.seconds), limit: formatDuration(settings.max_seconds) };
    return limitProblem(t("check.seconds.title"), t("check.seconds.detail", values));
  }
  if (probe && probe.pixels > settings.max_pixels) {
    const values = { pixels: (probe.pixels / 1e6).toFixed(1), limit: (settings.max_pixels / 1e6).toFixed(1) };
    return limitProblem(t("check.pixels.title"), t("check.pixels.detail", values));
  }
  return null;
}
