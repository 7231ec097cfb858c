import { useQuery } from "@tanstack/react-query";
import { UploadCloud } from "lucide-react";
import { useRef, type ReactNode } from "react";

import { settingsQuery } from "@/api/service";
import { Button } from "@/components/button";
import { TrackingOptions } from "@/features/upload/tracking-options";
import { UploadRow } from "@/features/upload/upload-row";
import { isOver } from "@/features/upload/upload-state";
import { trackingChoice, uploads } from "@/features/upload/uploads";
import { useI18n } from "@/i18n/i18n";
import { spanText } from "@/i18n/span";
import { cn } from "@/lib/cn";
import { formatBytes } from "@/lib/format";
import { useStore } from "@/lib/store";

/** A hint for the file chooser only. */
const ACCEPTED = "video/*,.mkv,.avi,.mov,.m4v,.webm,.ts,.mts,.m2ts,.mpg,.mpeg,.wmv,.flv,.3gp,.ogv";

interface VideoUploadComponentProps {
  /** The first visit: a large zone that explains itself. */
  spacious: boolean;
  /** A second way to begin, shown beside the button of a large zone. */
  alternative?: ReactNode;
}

/** Choose or drop videos, and watch them arrive. */
export function VideoUploadComponent({ spacious, alternative }: VideoUploadComponentProps) {
  const { t } = useI18n();
  const input = useRef<HTMLInputElement>(null);
  const items = useStore(uploads.items);
  const choose = () => input.current?.click();

  return (
    <section aria-label={t("upload.title")} className="overflow-hidden rounded-2xl border border-line bg-surface">
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        aria-label={t("upload.choose")}
        data-testid="file-input"
        onChange={(event) => {
          void uploads.add([...(event.target.files ?? [])], trackingChoice.get());
          event.target.value = "";
        }}
      />
      <div
        className={cn(
          "m-2 rounded-xl border border-dashed border-line-strong",
          spacious
            ? "flex flex-col items-center px-6 py-14 text-center sm:py-20"
            : "flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3",
        )}
      >
        <span
          className={cn(
            "grid place-items-center bg-accent-soft text-accent dark:text-accent-strong",
            spacious ? "mb-5 size-14 rounded-2xl" : "size-9 rounded-lg",
          )}
        >
          <UploadCloud size={spacious ? 26 : 18} aria-hidden />
        </span>
        <Invitation spacious={spacious} />
        <div className={cn("flex flex-wrap justify-center gap-2", spacious && "mt-7")}>
          <Button variant="primary" size={spacious ? "large" : "medium"} onClick={choose}>
            {t("upload.choose")}
          </Button>
          {spacious && alternative}
        </div>
      </div>
      <div className="divide-y">
        <TrackingOptions />
        {items.length > 0 && (
          <ul className="divide-y" aria-label={t("upload.list")}>
            {items.map((item) => (
              <UploadRow key={item.id} item={item} onChoose={choose} />
            ))}
          </ul>
        )}
        {items.filter(isOver).length > 1 && (
          <div className="px-4 py-2 text-right">
            <Button size="small" variant="ghost" onClick={() => uploads.clear()}>
              {t("upload.clear")}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}

function Invitation({ spacious }: { spacious: boolean }) {
  const { t } = useI18n();
  const settings = useQuery(settingsQuery);
  const limits = settings.data && {
    size: formatBytes(settings.data.max_bytes),
    length: spanText(settings.data.max_seconds, t),
  };
  return (
    <div className={cn("min-w-48 flex-1", spacious && "max-w-xl flex-none")}>
      {spacious ? (
        <>
          <h1 className="text-2xl font-semibold tracking-tight text-balance">{t("upload.welcome")}</h1>
          <p className="mt-2 text-[15px] text-balance text-ink-soft">{t("upload.welcomeDetail")}</p>
        </>
      ) : (
        <p className="font-medium">{t("upload.dropHere")}</p>
      )}
      {limits && <p className={cn("text-xs text-ink-faint", spacious && "mt-3")}>{t("upload.limits", limits)}</p>}
    </div>
  );
}
