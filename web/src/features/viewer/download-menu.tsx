import { Clapperboard, Download, FileJson, FileSpreadsheet, FileVideo, ListOrdered, LoaderCircle } from "lucide-react";

import { dataUrl } from "@/api/results";
import type { Video, VideoProgress } from "@/api/types";
import { originalUrl } from "@/api/videos";
import { Button } from "@/components/button";
import { Menu, MenuItem, MenuLine, MenuLink } from "@/components/menu";
import { useAnnotatedDownload } from "@/features/viewer/use-annotated-download";
import { useI18n } from "@/i18n/i18n";
import { spanText } from "@/i18n/span";
import { formatBytes, formatPercent } from "@/lib/format";

interface DownloadMenuProps {
  video: Video;
  progress: VideoProgress | undefined;
  complete: boolean;
}

/** What can be taken away. The annotated video is made after the masks, so it may have to be waited for. */
export function DownloadMenu({ video, progress, complete }: DownloadMenuProps) {
  const { t } = useI18n();
  const annotated = useAnnotatedDownload(video, progress);
  const render = progress?.render;
  const rendering = render?.status === "queued" || render?.status === "running";
  const partial = complete ? undefined : t("download.partial");

  const note = () => {
    if (!complete) return t("download.afterTracking");
    if (render?.status === "ready") return t("download.ready");
    if (render?.status === "running") {
      const left =
        render.eta_seconds === null ? "" : ` · ${t("common.left", { span: spanText(render.eta_seconds, t) })}`;
      return `${t("download.rendering", { percent: formatPercent(render.progress) })}${left}`;
    }
    if (render?.status === "queued") return t("download.queued");
    if (render?.status === "failed") return t("download.failed");
    return t("download.onRequest");
  };

  return (
    <Menu
      className="w-72"
      trigger={
        <Button variant="primary" size="small" className="h-8">
          {annotated.waiting ? <LoaderCircle size={15} className="animate-spin" /> : <Download size={15} />}
          {annotated.waiting && rendering ? formatPercent(render.progress) : t("download.title")}
        </Button>
      }
    >
      <MenuItem
        icon={<Clapperboard />}
        note={note()}
        disabled={!complete || annotated.waiting}
        keepOpen={render?.status !== "ready"}
        onSelect={annotated.ask}
      >
        {t("download.annotated")}
      </MenuItem>
      <MenuLine />
      <MenuLink icon={<FileJson />} href={dataUrl(video.id, "json")} note={partial ?? t("download.jsonNote")} download>
        JSON
      </MenuLink>
      <MenuLink
        icon={<FileSpreadsheet />}
        href={dataUrl(video.id, "csv")}
        note={partial ?? t("download.csvNote")}
        download
      >
        CSV
      </MenuLink>
      <MenuLink icon={<ListOrdered />} href={dataUrl(video.id, "mot")} note={partial ?? t("download.motNote")} download>
        MOTChallenge
      </MenuLink>
      <MenuLine />
      <MenuLink icon={<FileVideo />} href={originalUrl(video.id)} note={formatBytes(video.file_size)} download>
        {t("download.original")}
      </MenuLink>
    </Menu>
  );
}
