import { CloudOff, TriangleAlert } from "lucide-react";

import { toProblem } from "@/api/problem";
import { Button } from "@/components/button";
import { StatePanel } from "@/components/state-panel";
import { problemText } from "@/i18n/problems";
import { useI18n } from "@/i18n/i18n";

/** An error in the server's own words, with a way on. */
export function ProblemPanel({
  error,
  onRetry,
  className,
}: {
  error: unknown;
  onRetry?: () => void;
  className?: string;
}) {
  const { t } = useI18n();
  const problem = toProblem(error);
  const text = problemText(problem, t);
  return (
    <StatePanel
      icon={problem.type === "offline" ? CloudOff : TriangleAlert}
      tone="bad"
      title={text.title}
      {...(className ? { className } : {})}
      actions={onRetry && <Button onClick={onRetry}>{t("common.tryAgain")}</Button>}
    >
      {text.detail && <p>{text.detail}</p>}
      {problem.request_id && <p className="mt-2 font-mono text-xs text-ink-faint">{problem.request_id}</p>}
    </StatePanel>
  );
}
