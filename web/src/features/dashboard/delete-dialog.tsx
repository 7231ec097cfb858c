import { toProblem } from "@/api/problem";
import type { Video } from "@/api/types";
import { useDeleteVideo } from "@/api/videos";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { problemText } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";
import { toast } from "@/lib/toasts";

export function DeleteDialog({ video, onClose }: { video: Video; onClose: () => void }) {
  const { t } = useI18n();
  const remove = useDeleteVideo();
  const confirm = () =>
    remove.mutate(video.id, {
      onSuccess: () => {
        onClose();
        toast({ title: t("dashboard.deleted", { name: video.original_filename }) });
      },
      onError: (error) => toast({ tone: "bad", ...problemText(toProblem(error), t) }),
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("dashboard.deleteTitle")}
      className="max-w-md"
      footer={
        <>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button variant="danger" disabled={remove.isPending} onClick={confirm}>
            {t("dashboard.delete")}
          </Button>
        </>
      }
    >
      <p className="text-ink-soft">{t("dashboard.deleteDetail", { name: video.original_filename })}</p>
    </Dialog>
  );
}
