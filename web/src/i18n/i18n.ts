import { en, type Words } from "@/i18n/en";
import { ko } from "@/i18n/ko";
import { koService } from "@/i18n/ko-service";
import { createStore, useStore } from "@/lib/store";
import { readSetting, writeSetting } from "@/lib/theme";

export type Language = "en" | "ko";
export type Key = keyof Words;
export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

const KEY = "sammot.language";
const WORDS: Record<Language, Words> = { en, ko };

export const LANGUAGES: { value: Language; label: string }[] = [
  { value: "en", label: "English" },
  { value: "ko", label: "한국어" },
];

function firstLanguage(): Language {
  const chosen = readSetting(KEY) ?? navigator.language;
  return chosen.startsWith("ko") ? "ko" : "en";
}

export const language = createStore<Language>(firstLanguage());

export function chooseLanguage(next: Language): void {
  writeSetting(KEY, next);
  language.set(next);
  document.documentElement.lang = next;
}

/** Fills `{name}` in; a `|` parts the word for one from the word for several, chosen by `count`. */
export function fill(template: string, values: Values, locale: string): string {
  const [one = template, other] = template.split("|");
  const several =
    other === undefined || new Intl.PluralRules(locale).select(Number(values.count)) === "one" ? one : other;
  return several.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function translator(locale: Language): Translate {
  return (key, values = {}) => fill(WORDS[locale][key], values, locale);
}

const TRANSLATORS: Record<Language, Translate> = { en: translator("en"), ko: translator("ko") };

/** The service's own words, or the visitor's language for them where it is known. */
export function serviceWord(key: string, words: string, locale: Language = language.get()): string {
  return (locale === "ko" ? koService[key] : undefined) ?? words;
}

export function useI18n(): { t: Translate; language: Language } {
  const current = useStore(language);
  return { t: TRANSLATORS[current], language: current };
}
