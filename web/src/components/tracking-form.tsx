import type { Engine, EngineParameter, Parameters, ParameterValue, Priority, TrackingChoice } from "@/api/types";
import { EngineChoice } from "@/components/engine-choice";
import { Select } from "@/components/select";
import { TextField } from "@/components/text-field";
import { Toggle } from "@/components/toggle";
import { serviceWord, useI18n } from "@/i18n/i18n";
import { isRead } from "@/lib/engine-parameters";

interface TrackingFormProps {
  engines: readonly Engine[];
  choice: TrackingChoice;
  frameCount?: number;
  onChange: (choice: TrackingChoice) => void;
}

const PRIORITIES = ["high", "normal", "low"] as const;

function firstAvailable(engines: readonly Engine[]): Engine | undefined {
  return engines.find((engine) => engine.available) ?? engines[0];
}

/** Which engine, with which parameters, and how soon. Only what is read, and no default, enters the choice. */
export function TrackingForm({ engines, choice, frameCount, onChange }: TrackingFormProps) {
  const { t } = useI18n();
  const engine = engines.find((candidate) => candidate.name === choice.engine) ?? firstAvailable(engines);
  if (!engine) return null;
  const change = (parameter: EngineParameter, value: ParameterValue) => {
    const changed: Parameters = { ...choice.parameters, [parameter.name]: value };
    const known = (name: string) => engine.parameters.find((candidate) => candidate.name === name);
    const chosen = Object.entries(changed).filter(([name, value]) => known(name)?.default !== value);
    const isOf = ([name]: [string, ParameterValue]) => {
      const other = known(name);
      return !other || isRead(other, engine, Object.fromEntries(chosen));
    };
    onChange({ ...choice, engine: engine.name, parameters: Object.fromEntries(chosen.filter(isOf)) });
  };
  return (
    <div className="@container grid gap-4">
      <EngineChoice
        engines={engines}
        chosen={engine}
        parameters={choice.parameters}
        frameCount={frameCount}
        onChange={(name) => onChange({ ...choice, engine: name, parameters: {} })}
      />
      <div className="grid gap-4 @sm:grid-cols-2">
        <Field label={t("tracking.priority")}>
          <Select<Priority>
            label={t("tracking.priority")}
            value={choice.priority ?? "normal"}
            options={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
            onChange={(priority) => onChange({ ...choice, priority })}
          />
        </Field>
        {engine.parameters
          .filter((parameter) => isRead(parameter, engine, choice.parameters))
          .map((parameter) => (
            <ParameterField
              key={`${engine.name}.${parameter.name}`}
              parameter={parameter}
              value={choice.parameters?.[parameter.name] ?? parameter.default}
              onChange={(value) => change(parameter, value)}
            />
          ))}
      </div>
    </div>
  );
}

interface FieldProps {
  label: string;
  note?: string;
  children: React.ReactNode;
}

function Field({ label, note, children }: FieldProps) {
  return (
    <div className="grid content-start gap-1.5">
      <span className="text-[13px] font-medium">{label}</span>
      {children}
      {note && <p className="text-xs text-ink-faint">{note}</p>}
    </div>
  );
}

/** "min_area" -> "Min area"; what is no word, such as a model's name, stays as it is. */
function readable(name: string): string {
  if (!/^[a-z_]+$/.test(name)) return name;
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface ParameterFieldProps {
  parameter: EngineParameter;
  value: ParameterValue;
  onChange: (value: ParameterValue) => void;
}

function ParameterField({ parameter, value, onChange }: ParameterFieldProps) {
  const title = serviceWord(`parameter.${parameter.name}`, readable(parameter.name));
  const label = parameter.unit ? `${title} (${serviceWord(`unit.${parameter.unit}`, parameter.unit)})` : title;
  const help = serviceWord(`parameter.${parameter.name}.help`, parameter.help);
  if (parameter.kind === "boolean") {
    return (
      <Field label="" note={help}>
        <Toggle checked={value === true} onChange={onChange}>
          {label}
        </Toggle>
      </Field>
    );
  }
  if (parameter.kind === "choice") {
    return (
      <Field label={label} note={help}>
        <Select
          label={label}
          value={String(value)}
          options={parameter.choices.map((option) => ({
            value: String(option),
            label: serviceWord(`choice.${String(option)}`, readable(String(option))),
          }))}
          onChange={(next) => onChange(parameter.choices.find((option) => String(option) === next) ?? next)}
        />
      </Field>
    );
  }
  if (parameter.kind === "text") {
    return (
      <Field label={label} note={help}>
        <TextField
          aria-label={label}
          value={String(value)}
          required={(parameter.minimum ?? 0) > 0}
          maxLength={parameter.maximum ?? undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
    );
  }
  return (
    <Field label={label} note={help}>
      <TextField
        type="number"
        aria-label={label}
        value={Number(value)}
        min={parameter.minimum ?? undefined}
        max={parameter.maximum ?? undefined}
        step={parameter.kind === "integer" ? 1 : "any"}
        onChange={(event) => {
          if (Number.isFinite(event.target.valueAsNumber)) onChange(event.target.valueAsNumber);
        }}
      />
    </Field>
  );
}
