import { SlidersHorizontal } from "lucide-react";
import { Popover } from "radix-ui";

import { Button } from "@/components/button";
import { Kbd } from "@/components/kbd";
import { Segmented } from "@/components/segmented";
import { Slider } from "@/components/slider";
import { Toggle } from "@/components/toggle";
import { useViewer, type ColourBy, type ViewOptions } from "@/features/viewer/viewer-model";
import { useI18n } from "@/i18n/i18n";
import { formatPercent } from "@/lib/format";
import { useStore } from "@/lib/store";

export const LAYERS = ["masks", "boxes", "ids", "trails"] as const;

/** What is drawn over the video, and how. */
export function ViewMenu() {
  const { t } = useI18n();
  const model = useViewer();
  const options = useStore(model.options);
  const change = (part: Partial<ViewOptions>) => model.options.set({ ...options, ...part });
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button variant="ghost" size="small" className="h-8" aria-label={t("view.title")}>
          <SlidersHorizontal size={15} />
          <span className="max-sm:hidden">{t("view.title")}</span>
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label={t("view.title")}
          className="z-50 grid w-68 animate-rise gap-3 rounded-xl border border-line bg-raised p-4 shadow-raised"
        >
          {LAYERS.map((layer, index) => (
            <Toggle key={layer} checked={options[layer]} onChange={(on) => change({ [layer]: on })}>
              <span className="flex items-center gap-2">
                {t(`view.${layer}`)} <Kbd>{index + 1}</Kbd>
              </span>
            </Toggle>
          ))}
          <div className="h-px bg-line" />
          <div className="flex items-center justify-between gap-3">
            <span>{t("view.opacity")}</span>
            <span className="flex items-center gap-2">
              <Slider
                className="w-24"
                label={t("view.opacity")}
                value={options.opacity}
                minimum={0}
                maximum={1}
                step={0.05}
                onChange={(opacity) => change({ opacity })}
              />
              <span className="w-10 text-right text-xs text-ink-soft tabular-nums">
                {formatPercent(options.opacity + 1e-6)}
              </span>
            </span>
          </div>
          <div className="flex items-center justify-between gap-3">
            <span>{t("view.colourBy")}</span>
            <Segmented<ColourBy>
              label={t("view.colourBy")}
              value={options.colourBy}
              options={[
                { value: "id", label: t("view.byId") },
                { value: "score", label: t("view.byScore") },
              ]}
              onChange={(colourBy) => change({ colourBy })}
            />
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
