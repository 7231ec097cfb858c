import { useState } from "react";

import type { Video } from "@/api/types";
import { useProgress } from "@/api/use-progress";
import { PromptBar } from "@/features/viewer/prompt-bar";
import { SidePanel } from "@/features/viewer/side-panel";
import { Stage } from "@/features/viewer/stage";
import { TimelinePanel } from "@/features/viewer/timeline-panel";
import { Transport } from "@/features/viewer/transport";
import { useEarlierPrompts } from "@/features/viewer/use-earlier-prompts";
import { useResults } from "@/features/viewer/use-results";
import { useShortcuts } from "@/features/viewer/use-shortcuts";
import { HelpSheet } from "@/features/viewer/help-sheet";
import { ViewerHeader } from "@/features/viewer/viewer-header";
import { ViewerProvider, createViewerModel } from "@/features/viewer/viewer-model";
import { useSelected } from "@/lib/store";

/** The original, playing, with everything that was found in it drawn over it. */
export function ResultViewer({ video }: { video: Video }) {
  const [model] = useState(createViewerModel);
  const [help, setHelp] = useState(false);
  const progress = useProgress(video.id);
  const results = useResults(video, progress, model);
  const frameCount = results.times.length || video.frame_count;
  const framesReady = progress?.frames_ready ?? (video.status === "completed" ? frameCount : 0);
  const prompting = useSelected(model.prompting, (state) => state.active);
  useEarlierPrompts(model, results.jobId);
  useShortcuts(model, results.tracks, frameCount, () => setHelp(true));

  return (
    <ViewerProvider value={model}>
      <div
        className="flex flex-1 flex-col lg:h-[calc(100dvh-3.25rem-1px)] lg:flex-none filling:lg:h-dvh"
        data-testid="viewer"
      >
        <ViewerHeader video={video} progress={progress} onHelp={() => setHelp(true)} />
        <div className="grid min-h-0 flex-1 lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[minmax(0,1fr)_auto] 2xl:grid-cols-[minmax(0,1fr)_24rem] filling:lg:grid-cols-1">
          <div className="flex min-h-0 min-w-0 flex-col">
            <Stage video={video} progress={progress} chunks={results.chunks} framesReady={framesReady} />
            {prompting && <PromptBar video={video} />}
            <Transport frameCount={frameCount} tracks={results.tracks} />
          </div>
          <title>{`${video.original_filename} · SAM-MOT`}</title>
          <SidePanel video={video} results={results} frameCount={frameCount} />
          <div className="h-44 min-h-0 border-t bg-surface max-lg:row-start-2 lg:col-span-full lg:h-[clamp(8rem,24dvh,16rem)]">
            <TimelinePanel
              times={results.times}
              frameCount={frameCount}
              framesReady={framesReady}
              tracks={results.tracks}
            />
          </div>
        </div>
      </div>
      <HelpSheet open={help} onOpenChange={setHelp} />
    </ViewerProvider>
  );
}
