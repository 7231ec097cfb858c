import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";

import { Kbd } from "@/components/kbd";

export const HintProvider = Tooltip.Provider;

export function Hint({ text, shortcut, children }: { text: ReactNode; shortcut?: string; children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex max-w-72 animate-fade items-center gap-2 rounded-md bg-ink px-2 py-1 text-xs text-canvas shadow-raised"
        >
          {text}
          {shortcut && <Kbd className="border-transparent bg-canvas/20 text-canvas">{shortcut}</Kbd>}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
