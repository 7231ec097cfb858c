import { useState } from "react";

import { toProblem } from "@/api/problem";
import type { Video } from "@/api/types";
import { useRenameVideo } from "@/api/videos";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { TextField } from "@/components/text-field";
import { problemLine } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";

export function RenameDialog({ video, onClose }: { video: Video; onClose: () => void }) {
  const { t } = useI18n();
  const [name, setName] = useState(video.original_filename);
  const rename = useRenameVideo();
  const save = () => rename.mutate({ id: video.id, name: name.trim() }, { onSuccess: onClose });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("dashboard.rename")}
      className="max-w-md"
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button variant="primary" disabled={rename.isPending || name.trim() === ""} onClick={save}>
            {t("common.save")}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") save();
        }}
      >
        <TextField
          data-autofocus
          aria-label={t("dashboard.name")}
          value={name}
          aria-invalid={rename.isError}
          onChange={(event) => setName(event.target.value)}
        />
        {rename.isError && (
          <p role="alert" className="mt-2 text-[13px] text-bad">
            {problemLine(toProblem(rename.error), t)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
