import type { JobState, VideoStatus } from "@/api/types";
import { Badge, type BadgeTone } from "@/components/badge";
import { useI18n } from "@/i18n/i18n";

const TONES: Record<VideoStatus | JobState, BadgeTone> = {
  uploaded: "neutral",
  queued: "neutral",
  processing: "accent",
  running: "accent",
  completed: "good",
  failed: "bad",
  cancelled: "warn",
};

export function StatusBadge({ status }: { status: VideoStatus | JobState }) {
  const { t } = useI18n();
  return (
    <Badge tone={TONES[status]} dot={status === "processing" || status === "running"}>
      {t(`status.${status}`)}
    </Badge>
  );
}
