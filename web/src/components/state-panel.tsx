import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

interface StatePanelProps {
  icon: LucideIcon;
  title: string;
  children?: ReactNode;
  /** What can be done about it. */
  actions?: ReactNode;
  tone?: "neutral" | "bad";
  className?: string;
}

/** What is shown in place of content: nothing there, nothing found, or something wrong. */
export function StatePanel({ icon: Icon, title, children, actions, tone = "neutral", className }: StatePanelProps) {
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={cn("flex flex-col items-center px-6 py-12 text-center", className)}
    >
      <span
        className={cn(
          "mb-4 grid size-11 place-items-center rounded-xl",
          tone === "bad" ? "bg-bad-soft text-bad" : "bg-sunken text-ink-faint",
        )}
      >
        <Icon size={20} aria-hidden />
      </span>
      <h2 className="text-[15px] font-semibold">{title}</h2>
      {children && <div className="mt-1.5 max-w-md text-ink-soft">{children}</div>}
      {actions && <div className="mt-5 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
