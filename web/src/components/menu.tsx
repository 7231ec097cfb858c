import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

import { cn } from "@/lib/cn";

interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
  className?: string;
}

export function Menu({ trigger, children, align = "end", className }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={cn(
            "z-50 min-w-44 animate-rise rounded-xl border border-line bg-raised p-1 shadow-raised",
            className,
          )}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const ITEM =
  "flex w-full items-center gap-2.5 rounded-lg px-2.5 py-1.5 text-left outline-none data-disabled:opacity-45 data-highlighted:bg-sunken";

interface MenuItemProps {
  icon?: ReactNode;
  children: ReactNode;
  /** A second line that explains. */
  note?: ReactNode;
  tone?: "normal" | "bad";
  disabled?: boolean;
  keepOpen?: boolean;
  onSelect?: () => void;
}

export function MenuItem({
  icon,
  children,
  note,
  tone = "normal",
  disabled = false,
  keepOpen = false,
  onSelect,
}: MenuItemProps) {
  return (
    <DropdownMenu.Item
      disabled={disabled}
      onSelect={(event) => {
        if (keepOpen) event.preventDefault();
        onSelect?.();
      }}
      className={cn(ITEM, tone === "bad" && "text-bad")}
    >
      <MenuItemBody icon={icon} note={note}>
        {children}
      </MenuItemBody>
    </DropdownMenu.Item>
  );
}

/** An item that is a link, for downloads. */
export function MenuLink({
  icon,
  children,
  note,
  href,
  download,
}: MenuItemProps & { href: string; download?: boolean }) {
  return (
    <DropdownMenu.Item asChild>
      <a href={href} download={download ? "" : undefined} className={ITEM}>
        <MenuItemBody icon={icon} note={note}>
          {children}
        </MenuItemBody>
      </a>
    </DropdownMenu.Item>
  );
}

function MenuItemBody({ icon, note, children }: Pick<MenuItemProps, "icon" | "note" | "children">) {
  return (
    <>
      {icon && <span className="text-ink-faint [&_svg]:size-4">{icon}</span>}
      <span className="min-w-0 flex-1">
        <span className="block">{children}</span>
        {note && <span className="block text-xs text-ink-faint">{note}</span>}
      </span>
    </>
  );
}

interface MenuChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}

export function MenuChoice<Value extends string>({ label, value, options, onChange }: MenuChoiceProps<Value>) {
  return (
    <>
      <DropdownMenu.Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-ink-faint">{label}</DropdownMenu.Label>
      <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as Value)}>
        {options.map((option) => (
          <DropdownMenu.RadioItem key={option.value} value={option.value} className={ITEM}>
            <span className="flex-1">{option.label}</span>
            <DropdownMenu.ItemIndicator className="text-accent">●</DropdownMenu.ItemIndicator>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </>
  );
}

export function MenuLine() {
  return <DropdownMenu.Separator className="mx-1 my-1 h-px bg-line" />;
}
