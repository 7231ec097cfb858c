import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

export function TextField({ className, ...rest }: ComponentProps<"input">) {
  return (
    <input
      className={cn(
        "h-9 w-full rounded-lg border border-line-strong bg-surface px-3 shadow-xs placeholder:text-ink-faint",
        "aria-invalid:border-bad user-invalid:border-bad",
        className,
      )}
      {...rest}
    />
  );
}
