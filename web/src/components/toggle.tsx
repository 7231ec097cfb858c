import { Switch } from "radix-ui";
import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

export function Toggle({
  checked,
  onChange,
  children,
  className,
}: {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
  className?: string;
}) {
  return (
    <label className={cn("flex cursor-pointer items-center justify-between gap-3", className)}>
      <span>{children}</span>
      <Switch.Root
        checked={checked}
        onCheckedChange={onChange}
        className="h-5 w-8.5 shrink-0 rounded-full bg-line-strong p-0.5 transition-colors data-[state=checked]:bg-accent"
      >
        <Switch.Thumb className="block size-4 rounded-full bg-white shadow-xs transition-transform data-[state=checked]:translate-x-3.5" />
      </Switch.Root>
    </label>
  );
}
