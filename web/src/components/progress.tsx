import { cn } from "@/lib/cn";

interface ProgressProps {
  /** 0..1; null while the length of the work is unknown. */
  value: number | null;
  label: string;
  tone?: "accent" | "good" | "muted" | "bad";
  className?: string;
}

const TONES = { accent: "bg-accent", good: "bg-good", muted: "bg-ink-faint", bad: "bg-bad" } as const;

export function Progress({ value, label, tone = "accent", className }: ProgressProps) {
  const percent = value === null ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={cn("h-1.5 w-full overflow-hidden rounded-full bg-sunken dark:bg-line", className)}
    >
      {value === null ? (
        <div className={cn("h-full w-1/3 animate-slide rounded-full", TONES[tone])} />
      ) : (
        <div
          className={cn("h-full origin-left rounded-full transition-transform duration-300 ease-out", TONES[tone])}
          style={{ transform: `scaleX(${Math.min(1, Math.max(0, value))})` }}
        />
      )}
    </div>
  );
}
