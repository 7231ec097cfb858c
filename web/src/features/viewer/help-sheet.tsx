import { Dialog } from "@/components/dialog";
import { Kbd } from "@/components/kbd";
import { SHORTCUTS } from "@/features/viewer/shortcuts";
import { useI18n } from "@/i18n/i18n";

/** All keys on one sheet. */
export function HelpSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const { t } = useI18n();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("keys.title")} className="max-w-2xl">
      <dl className="gap-x-10 pb-2 sm:columns-2">
        {SHORTCUTS.map((shortcut) => (
          <div
            key={shortcut.title}
            className="flex break-inside-avoid items-center justify-between gap-4 border-b py-1.5"
          >
            <dt>{t(shortcut.title)}</dt>
            <dd className="flex shrink-0 gap-1">
              {shortcut.shown.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="pb-2 text-[13px] text-ink-soft">{t("keys.mouse")}</p>
      <p className="pb-2 text-[13px] text-ink-soft">{t("keys.prompts")}</p>
    </Dialog>
  );
}
