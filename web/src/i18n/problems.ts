import type { Problem } from "@/api/problem";
import type { Translate } from "@/i18n/i18n";

/** The words for a problem: the server's own, and ours where it could not be asked. */
export function problemText(problem: Problem, t: Translate): { title: string; detail: string } {
  if (problem.type === "offline") return { title: t("offline.title"), detail: t("offline.detail") };
  return { title: problem.title || t("common.somethingWrong"), detail: problem.detail };
}
