import { Check, Copy } from "lucide-react";
import { useState } from "react";

import { IconButton } from "@/components/icon-button";
import { useI18n } from "@/i18n/i18n";

/** Something to type into a terminal, to be copied. */
export function Command({ text }: { text: string }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState(false);
  // Browsers give the clipboard to safe origins only.
  const clipboard = (navigator as Partial<Navigator>).clipboard;
  const copy = () => void clipboard?.writeText(text).then(() => setCopied(true));
  return (
    <div className="flex min-w-0 items-center gap-1 rounded-lg bg-sunken py-0.5 pr-0.5 pl-2.5">
      <code className="min-w-0 flex-1 py-1 font-mono text-xs break-all">{text}</code>
      {clipboard && (
        <IconButton label={copied ? t("common.copied") : t("common.copy")} onClick={copy}>
          {copied ? <Check size={14} className="text-good" /> : <Copy size={14} />}
        </IconButton>
      )}
    </div>
  );
}
