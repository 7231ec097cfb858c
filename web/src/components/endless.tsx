import { useEffect, useRef } from "react";

import { Button } from "@/components/button";
import { useI18n } from "@/i18n/i18n";

interface EndlessProps {
  hasMore: boolean;
  loading: boolean;
  onMore: () => void;
}

/** Asks for the next page when it comes into sight; the button is for keyboards. */
export function Endless({ hasMore, loading, onMore }: EndlessProps) {
  const { t } = useI18n();
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = end.current;
    if (!element || !hasMore || loading) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) onMore();
      },
      { rootMargin: "400px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasMore, loading, onMore]);
  if (!hasMore) return null;
  return (
    <div ref={end} className="py-4 text-center">
      <Button size="small" variant="ghost" disabled={loading} onClick={onMore}>
        {loading ? t("common.loading") : t("common.more")}
      </Button>
    </div>
  );
}
