import { Slot } from "radix-ui";
import type { ComponentProps } from "react";

import { cn } from "@/lib/cn";

const VARIANTS = {
  primary: "bg-accent text-accent-ink hover:bg-accent-strong font-medium shadow-xs",
  secondary: "bg-surface border border-line-strong hover:bg-sunken font-medium shadow-xs",
  ghost: "text-ink-soft hover:bg-sunken hover:text-ink",
  danger: "bg-bad text-white dark:text-accent-ink hover:opacity-90 font-medium",
} as const;

const SIZES = {
  small: "h-7 gap-1.5 rounded-md px-2.5 text-[13px]",
  medium: "h-9 gap-2 rounded-lg px-3.5",
  large: "h-11 gap-2 rounded-lg px-5 text-[15px]",
  icon: "size-8 rounded-lg",
} as const;

export interface ButtonProps extends ComponentProps<"button"> {
  variant?: keyof typeof VARIANTS;
  size?: keyof typeof SIZES;
  /** Gives the button's looks to the child, such as a link. */
  asChild?: boolean;
}

export function Button({ variant = "secondary", size = "medium", asChild = false, className, ...rest }: ButtonProps) {
  const Element = asChild ? Slot.Root : "button";
  return (
    <Element
      {...(asChild ? {} : { type: "button" as const })}
      className={cn(
        "inline-flex shrink-0 items-center justify-center whitespace-nowrap transition-colors select-none",
        "disabled:pointer-events-none disabled:opacity-45 [&_svg]:shrink-0",
        VARIANTS[variant],
        SIZES[size],
        className,
      )}
      {...rest}
    />
  );
}
