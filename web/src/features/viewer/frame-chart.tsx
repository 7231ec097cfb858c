import { Area, AreaChart, CartesianGrid, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

import { useViewer } from "@/features/viewer/viewer-model";
import { useI18n } from "@/i18n/i18n";
import { formatClock } from "@/lib/format";
import { useStore } from "@/lib/store";

interface FrameChartProps {
  title: string;
  data: readonly { frame: number }[];
  dataKey: string;
  colour: string;
  filled?: boolean;
  unit?: string;
  domain?: [number, number];
}

const TICK = { fontSize: 11, fill: "var(--ink-faint)" };

/** A small curve over frames; a click goes to the frame. */
export function FrameChart({ title, data, dataKey, colour, filled = false, unit = "", domain }: FrameChartProps) {
  const { t } = useI18n();
  const { player } = useViewer();
  const frame = useStore(player.frame);
  return (
    <figure className="mt-4 first:mt-0">
      <figcaption className="mb-2 text-[13px] font-medium">{title}</figcaption>
      <ResponsiveContainer width="100%" height={132}>
        <AreaChart
          data={[...data]}
          margin={{ top: 4, right: 4, bottom: 0, left: 0 }}
          accessibilityLayer
          onClick={(state) => {
            if (state.activeLabel !== undefined) player.seek(Number(state.activeLabel));
          }}
        >
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis
            dataKey="frame"
            type="number"
            domain={["dataMin", "dataMax"]}
            tick={TICK}
            tickLine={false}
            axisLine={false}
            height={20}
          />
          <YAxis
            width={36}
            allowDecimals={unit !== "" || domain !== undefined}
            tick={TICK}
            tickLine={false}
            axisLine={false}
            unit={unit}
            {...(domain ? { domain } : {})}
          />
          <Tooltip
            cursor={{ stroke: "var(--ink-faint)" }}
            contentStyle={{
              background: "var(--raised)",
              border: "1px solid var(--line)",
              borderRadius: 8,
              fontSize: 12,
              padding: "4px 8px",
            }}
            labelStyle={{ color: "var(--ink-soft)" }}
            labelFormatter={(label) =>
              t("charts.frame", { frame: Number(label), time: formatClock(player.timeOf(Number(label))) })
            }
            formatter={(value) => [`${String(value)}${unit}`, title]}
          />
          <Area
            type={filled ? "stepAfter" : "monotone"}
            dataKey={dataKey}
            stroke={colour}
            strokeWidth={1.75}
            fill={colour}
            fillOpacity={filled ? 0.14 : 0.06}
            isAnimationActive={false}
            dot={false}
          />
          <ReferenceLine x={frame} stroke="var(--ink-soft)" ifOverflow="hidden" />
        </AreaChart>
      </ResponsiveContainer>
    </figure>
  );
}
