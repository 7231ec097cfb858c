import type { Problem } from "@/api/problem";
import { serviceWord, type Translate } from "@/i18n/i18n";

/** Both parts as one line. */
export function problemLine(problem: Problem, t: Translate): string {
  const { title, detail } = problemText(problem, t);
  return detail ? `${title.replace(/[.!?]?$/, ".")} ${detail}` : title;
}

/** The words for a problem: the server's own, and ours where it could not be asked. */
export function problemText(problem: Problem, t: Translate): { title: string; detail: string } {
  if (problem.type === "offline") return { title: t("offline.title"), detail: t("offline.detail") };
  const title = serviceWord(problem.type, problem.title) || t("common.somethingWrong");
  return { title, detail: serviceWord(`${problem.type}.detail`, problem.detail) };
}
