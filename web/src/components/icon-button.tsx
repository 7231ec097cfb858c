import type { ReactNode } from "react";

import { Button, type ButtonProps } from "@/components/button";
import { Hint } from "@/components/hint";

interface IconButtonProps extends ButtonProps {
  /** What it does: the accessible name and the hint. */
  label: string;
  shortcut?: string;
  children: ReactNode;
}

export function IconButton({ label, shortcut, children, variant = "ghost", ...rest }: IconButtonProps) {
  return (
    <Hint text={label} {...(shortcut ? { shortcut } : {})}>
      <Button aria-label={label} variant={variant} size="icon" {...rest}>
        {children}
      </Button>
    </Hint>
  );
}
