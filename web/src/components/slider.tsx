import { Slider as Radix } from "radix-ui";

import { cn } from "@/lib/cn";

interface SliderProps {
  label: string;
  value: number;
  minimum: number;
  maximum: number;
  step: number;
  onChange: (value: number) => void;
  className?: string;
}

export function Slider({ label, value, minimum, maximum, step, onChange, className }: SliderProps) {
  return (
    <Radix.Root
      value={[value]}
      min={minimum}
      max={maximum}
      step={step}
      onValueChange={([next]) => next !== undefined && onChange(next)}
      className={cn("relative flex h-5 w-32 touch-none items-center", className)}
    >
      <Radix.Track className="relative h-1 grow rounded-full bg-line-strong">
        <Radix.Range className="absolute h-full rounded-full bg-accent" />
      </Radix.Track>
      <Radix.Thumb
        aria-label={label}
        className="block size-3.5 rounded-full border border-line-strong bg-white shadow-xs dark:bg-ink"
      />
    </Radix.Root>
  );
}
