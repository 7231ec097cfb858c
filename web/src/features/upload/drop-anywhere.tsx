import { UploadCloud } from "lucide-react";
import type { ReactNode } from "react";
import { useDropzone } from "react-dropzone";

import { trackingChoice, uploads } from "@/features/upload/uploads";
import { useI18n } from "@/i18n/i18n";

interface DropAnywhereProps {
  /** Told when files were dropped, so that their progress can be brought into view. */
  onDropped: () => void;
  children: ReactNode;
}

/** Takes files that are dropped anywhere on the page. What is a video, the server decides. */
export function DropAnywhere({ onDropped, children }: DropAnywhereProps) {
  const zone = useDropzone({
    noClick: true,
    noKeyboard: true,
    onDrop: (files) => {
      if (files.length === 0) return;
      onDropped();
      void uploads.add(files, trackingChoice.get());
    },
  });
  return (
    <div {...zone.getRootProps({ role: undefined, className: "flex min-h-dvh flex-col" })}>
      {children}
      {zone.isDragActive && <DropCurtain />}
    </div>
  );
}

/** Over the whole window while files are dragged above it. */
function DropCurtain() {
  const { t } = useI18n();
  return (
    <div className="pointer-events-none fixed inset-0 z-40 grid animate-fade place-items-center bg-canvas/80 p-6 backdrop-blur-xs">
      <div className="grid size-full place-items-center rounded-3xl border-2 border-dashed border-accent">
        <p className="flex items-center gap-3 text-xl font-semibold text-accent">
          <UploadCloud size={28} aria-hidden /> {t("upload.dropNow")}
        </p>
      </div>
    </div>
  );
}
