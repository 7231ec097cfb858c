import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import { toProblem } from "@/api/problem";
import { videoQuery } from "@/api/videos";
import { ProblemPanel } from "@/components/problem-panel";
import { ResultViewer } from "@/features/viewer/result-viewer";
import { ViewerSkeleton } from "@/features/viewer/viewer-skeleton";
import { NotFoundPage } from "@/pages/not-found-page";

export default function VideoPage() {
  const { id = "" } = useParams();
  const video = useQuery(videoQuery(id));
  if (video.data) return <ResultViewer key={id} video={video.data} />;
  if (video.isError) {
    if (toProblem(video.error).status === 404) return <NotFoundPage />;
    return <ProblemPanel error={video.error} className="flex-1 justify-center" onRetry={() => void video.refetch()} />;
  }
  return <ViewerSkeleton />;
}
