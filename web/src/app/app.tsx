import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Suspense, lazy, useEffect } from "react";
import { BrowserRouter, Route, Routes } from "react-router";

import { keys } from "@/api/keys";
import { followEvents } from "@/api/live";
import { toProblem } from "@/api/problem";
import { Shell } from "@/app/shell";
import { HintProvider } from "@/components/hint";
import { Toaster } from "@/components/toaster";
import { uploads } from "@/features/upload/uploads";
import { HomePage } from "@/pages/home-page";
import { JobsPage } from "@/pages/jobs-page";
import { NotFoundPage } from "@/pages/not-found-page";

// The viewer is the largest part, and a first visitor does not need it yet.
const VideoPage = lazy(() => import("@/pages/video-page"));

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 3000,
      // An answer of the server's will not change by asking again; silence may.
      retry: (failures, error) => toProblem(error).type === "offline" && failures < 2,
    },
  },
});

export function App() {
  useEffect(() => followEvents(client), []);
  useEffect(() => {
    void uploads.restore();
    return uploads.onFinished(() => void client.invalidateQueries({ queryKey: keys.videoLists }));
  }, []);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (uploads.busy) event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, []);

  return (
    <QueryClientProvider client={client}>
      <HintProvider delayDuration={350}>
        <BrowserRouter>
          <Routes>
            <Route element={<Shell />}>
              <Route index element={<HomePage />} />
              <Route path="jobs" element={<JobsPage />} />
              <Route
                path="videos/:id"
                element={
                  <Suspense fallback={null}>
                    <VideoPage />
                  </Suspense>
                }
              />
              <Route path="*" element={<NotFoundPage />} />
            </Route>
          </Routes>
        </BrowserRouter>
        <Toaster />
      </HintProvider>
    </QueryClientProvider>
  );
}
