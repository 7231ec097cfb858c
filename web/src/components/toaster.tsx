import { CircleAlert, CircleCheck, X } from "lucide-react";
import { Toast } from "radix-ui";

import { Button } from "@/components/button";
import { useI18n } from "@/i18n/i18n";
import { useStore } from "@/lib/store";
import { dismiss, toasts } from "@/lib/toasts";

/** Short messages in a corner, some with a way back. */
export function Toaster() {
  const { t } = useI18n();
  const list = useStore(toasts);
  return (
    <Toast.Provider swipeDirection="right" label={t("common.messages")}>
      {list.map((toast) => (
        <Toast.Root
          key={toast.id}
          duration={toast.seconds * 1000}
          onOpenChange={(open) => !open && dismiss(toast.id)}
          className="flex animate-rise items-start gap-3 rounded-xl border border-line bg-raised p-3 pl-3.5 shadow-raised"
        >
          {toast.tone === "bad" ? (
            <CircleAlert size={18} className="mt-0.5 shrink-0 text-bad" aria-hidden />
          ) : (
            <CircleCheck size={18} className="mt-0.5 shrink-0 text-good" aria-hidden />
          )}
          <div className="min-w-0 flex-1 self-center">
            <Toast.Title className="font-medium break-words">{toast.title}</Toast.Title>
            {toast.detail && <Toast.Description className="mt-0.5 text-ink-soft">{toast.detail}</Toast.Description>}
          </div>
          {toast.action && (
            <Toast.Action asChild altText={toast.action.label}>
              <Button size="small" onClick={toast.action.run}>
                {toast.action.label}
              </Button>
            </Toast.Action>
          )}
          <Toast.Close asChild>
            <button type="button" aria-label={t("common.close")} className="rounded p-1 text-ink-faint hover:text-ink">
              <X size={14} />
            </button>
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-96 max-w-[calc(100vw-2rem)] flex-col gap-2 outline-none" />
    </Toast.Provider>
  );
}
