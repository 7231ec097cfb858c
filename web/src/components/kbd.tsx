import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

export function Kbd({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-5 min-w-5 items-center justify-center rounded border border-line-strong bg-sunken px-1",
        "font-sans text-[11px] font-medium text-ink-soft",
        className,
      )}
    >
      {children}
    </kbd>
  );
}
