import { serviceWord } from "@/i18n/i18n";

/** Why a job failed: in the service's own words, or the visitor's language for what kind of failure it was. */
export function failureText(code: string | null | undefined, words: string | null | undefined): string {
  return words ? serviceWord(`failure.${code}`, serviceWord("failure", words)) : "";
}
