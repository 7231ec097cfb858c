import { Check, ChevronDown } from "lucide-react";
import { Select as Radix } from "radix-ui";

import { cn } from "@/lib/cn";

interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string; disabled?: boolean }[];
  onChange: (value: Value) => void;
  id?: string;
  className?: string;
}

export function Select<Value extends string>({ label, value, options, onChange, id, className }: SelectProps<Value>) {
  return (
    <Radix.Root value={value} onValueChange={(next) => onChange(next as Value)}>
      <Radix.Trigger
        id={id}
        aria-label={label}
        className={cn(
          "inline-flex h-9 items-center justify-between gap-2 rounded-lg border border-line-strong bg-surface px-3 shadow-xs",
          "hover:bg-sunken",
          className,
        )}
      >
        <Radix.Value />
        <Radix.Icon>
          <ChevronDown size={14} className="text-ink-faint" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-80 min-w-(--radix-select-trigger-width) animate-rise rounded-xl border border-line bg-raised p-1 shadow-raised"
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className="flex items-center gap-2 rounded-lg px-2.5 py-1.5 outline-none data-disabled:opacity-45 data-highlighted:bg-sunken"
              >
                <Radix.ItemText>{option.label}</Radix.ItemText>
                <Radix.ItemIndicator className="ml-auto text-accent">
                  <Check size={14} />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
