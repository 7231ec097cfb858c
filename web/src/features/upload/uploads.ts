import { get } from "@/api/client";
import type { ServiceSettings, TrackingChoice } from "@/api/types";
import { checkLimits, probeFile } from "@/features/upload/file-check";
import { TusTransfer, findInterrupted, forgetInterrupted, interruptedKeyOf } from "@/features/upload/tus-transfer";
import { UploadManager } from "@/features/upload/upload-manager";
import { language, translator } from "@/i18n/i18n";
import { createStore } from "@/lib/store";

/** How the next files are to be tracked. */
export const trackingChoice = createStore<TrackingChoice>({});

let settings: Promise<ServiceSettings | null> | null = null;

async function limits(): Promise<ServiceSettings | null> {
  settings ??= get<ServiceSettings>("/settings").catch(() => {
    settings = null;
    return null;
  });
  return settings;
}

/** The page's one manager of uploads. */
export const uploads = new UploadManager({
  transfer: (file, choice, listener) => new TusTransfer(file, choice, listener),
  check: async (file) => {
    const [known, probe] = await Promise.all([limits(), probeFile(file)]);
    return known && checkLimits(file, probe, known, translator(language.get()));
  },
  findInterrupted,
  interruptedKeyOf,
  forgetInterrupted,
  now: () => performance.now(),
});
