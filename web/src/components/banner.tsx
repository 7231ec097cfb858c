import type { LucideIcon } from "lucide-react";

/** News across the whole page, as long as it lasts. */
export function Banner({ icon: Icon, title, detail }: { icon: LucideIcon; title: string; detail: string }) {
  return (
    <div
      role="alert"
      className="flex animate-fade items-center justify-center gap-2 bg-warn-soft px-4 py-2 text-[13px] text-warn"
    >
      <Icon size={15} className="shrink-0" aria-hidden />
      <span className="font-medium">{title}</span>
      <span className="hidden sm:inline">{detail}</span>
    </div>
  );
}
