import { useQuery } from "@tanstack/react-query";
import { CircleStop, Download, Ellipsis, Pencil, Pin, PinOff, RefreshCw, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";

import { useCancelJob, useRetryJob } from "@/api/jobs";
import { toProblem } from "@/api/problem";
import { settingsQuery } from "@/api/service";
import type { Video } from "@/api/types";
import { originalUrl, usePinVideo } from "@/api/videos";
import { Button } from "@/components/button";
import { Menu, MenuItem, MenuLine, MenuLink } from "@/components/menu";
import { TrackAgainDialog } from "@/components/track-again-dialog";
import { DeleteDialog } from "@/features/dashboard/delete-dialog";
import { RenameDialog } from "@/features/dashboard/rename-dialog";
import { problemText } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";
import { toast } from "@/lib/toasts";

type Open = "again" | "rename" | "delete" | null;

/** What can be done to a video: the likeliest as a button, the rest in a menu. */
export function VideoActions({ video, label }: { video: Video; label: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState<Open>(null);
  const cancel = useCancelJob();
  const retry = useRetryJob();
  const pin = usePinVideo();
  const days = useQuery(settingsQuery).data?.retention_days ?? null;
  const complain = (error: Error) => toast({ tone: "bad", ...problemText(toProblem(error), t) });
  const running = video.status === "uploaded" || video.status === "processing";
  const stopped = video.status === "failed" || video.status === "cancelled";
  const jobId = video.job_id;
  const close = (isOpen: boolean) => !isOpen && setOpen(null);

  return (
    <div className="flex items-center justify-end gap-1">
      {stopped && jobId && (
        <Button size="small" disabled={retry.isPending} onClick={() => retry.mutate(jobId, { onError: complain })}>
          <RotateCcw size={14} /> <span className="hidden sm:inline">{t("job.retry")}</span>
        </Button>
      )}
      <Menu
        trigger={
          <Button variant="ghost" size="icon" aria-label={label}>
            <Ellipsis size={18} />
          </Button>
        }
      >
        {running && jobId && (
          <MenuItem icon={<CircleStop />} onSelect={() => cancel.mutate(jobId, { onError: complain })}>
            {t("job.cancel")}
          </MenuItem>
        )}
        <MenuItem icon={<RefreshCw />} onSelect={() => setOpen("again")}>
          {t("tracking.again")}
        </MenuItem>
        <MenuItem icon={<Pencil />} onSelect={() => setOpen("rename")}>
          {t("dashboard.rename")}
        </MenuItem>
        {(days !== null || video.pinned) && (
          <MenuItem
            icon={video.pinned ? <PinOff /> : <Pin />}
            onSelect={() => pin.mutate({ id: video.id, pinned: !video.pinned }, { onError: complain })}
          >
            {t(video.pinned ? "dashboard.unpin" : "dashboard.pin")}
          </MenuItem>
        )}
        <MenuLink icon={<Download />} href={originalUrl(video.id)} download>
          {t("download.original")}
        </MenuLink>
        <MenuLine />
        <MenuItem icon={<Trash2 />} tone="bad" onSelect={() => setOpen("delete")}>
          {t("dashboard.delete")}
        </MenuItem>
      </Menu>
      {open === "again" && <TrackAgainDialog video={video} open onOpenChange={close} />}
      {open === "rename" && <RenameDialog video={video} onClose={() => setOpen(null)} />}
      {open === "delete" && <DeleteDialog video={video} onClose={() => setOpen(null)} />}
    </div>
  );
}
