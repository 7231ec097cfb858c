import { Film, LoaderCircle, TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState, type MouseEvent, type ReactNode } from "react";

import type { Video, VideoProgress } from "@/api/types";
import { playableUrl, posterUrl } from "@/api/videos";
import { Progress } from "@/components/progress";
import type { ChunkCache } from "@/features/viewer/chunk-cache";
import { Overlay } from "@/features/viewer/overlay";
import { PromptLayer } from "@/features/viewer/prompt-layer";
import { toggleFullscreen } from "@/features/viewer/fullscreen";
import { hover, select, useViewer } from "@/features/viewer/viewer-model";
import { useFittedSize } from "@/features/viewer/use-fitted-size";
import { useI18n } from "@/i18n/i18n";
import { cn } from "@/lib/cn";
import { useStore } from "@/lib/store";

interface StageProps {
  video: Video;
  progress: VideoProgress | undefined;
  chunks: ChunkCache;
  framesReady: number;
}

/** The video and, exactly over it, the canvas. */
export function Stage({ video, progress, chunks, framesReady }: StageProps) {
  const model = useViewer();
  const player = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<Overlay>(null);
  const stage = useRef<HTMLDivElement>(null);
  const [broken, setBroken] = useState(false);
  const { hovered } = useStore(model.selection);
  const prompting = useStore(model.prompting);
  const playable = progress?.playable ?? video.playable;
  const size = useFittedSize(stage, video.width, video.height);

  useEffect(() => (player.current ? model.player.attach(player.current) : undefined), [model, playable, broken]);
  useEffect(() => {
    if (!canvas.current) return undefined;
    const current = new Overlay(canvas.current, { width: video.width, height: video.height }, model, chunks);
    overlay.current = current;
    const { offsetWidth, offsetHeight } = canvas.current;
    current.resize(offsetWidth, offsetHeight);
    return () => current.close();
  }, [model, chunks, video.width, video.height]);
  useEffect(() => overlay.current?.resize(size.width, size.height), [size.width, size.height]);

  const trackUnder = (event: MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return overlay.current?.trackAt(event.clientX - box.left, event.clientY - box.top) ?? null;
  };
  const onClick = (event: MouseEvent) => {
    const track = trackUnder(event);
    if (track === null && model.selection.get().selected === null) model.player.toggle();
    else select(model, track);
  };

  return (
    <div
      ref={stage}
      className="relative flex aspect-video min-h-56 items-center justify-center overflow-hidden bg-stage lg:aspect-auto lg:min-h-0 lg:flex-1"
    >
      <div className="relative" style={{ width: size.width, height: size.height }}>
        {playable === "ready" && !broken ? (
          <video
            ref={player}
            src={playableUrl(video.id)}
            poster={posterUrl(video.id)}
            playsInline
            preload="auto"
            className="absolute inset-0 size-full"
            onError={() => setBroken(true)}
          />
        ) : (
          <img src={posterUrl(video.id)} alt="" className="absolute inset-0 size-full opacity-40" />
        )}
        <canvas
          ref={canvas}
          data-testid="overlay"
          className={cn(
            "absolute inset-0 size-full",
            hovered !== null && "cursor-pointer",
            prompting.active && "opacity-35",
          )}
          onMouseMove={(event) => hover(model, trackUnder(event))}
          onMouseLeave={() => hover(model, null)}
          onClick={onClick}
          onDoubleClick={toggleFullscreen}
        />
        {prompting.active && <PromptLayer video={video} size={size} />}
      </div>
      <StageNotice video={video} progress={progress} broken={broken} />
      {playable === "ready" && !broken && <NotReadyYet framesReady={framesReady} progress={progress} />}
    </div>
  );
}

/** Below the middle: what was found is drawn over the still picture meanwhile, and must stay in sight. */
function Notice({ icon, title, children }: { icon: ReactNode; title: string; children?: ReactNode }) {
  return (
    <div
      role="status"
      className="pointer-events-none absolute inset-x-0 bottom-0 grid place-items-center p-4 text-white"
    >
      <div className="flex max-w-md gap-3 rounded-xl bg-black/70 px-4 py-3 backdrop-blur-sm">
        <span className="mt-0.5 text-white/70">{icon}</span>
        <div>
          <p className="font-semibold">{title}</p>
          {children && <div className="mt-0.5 text-[13px] text-white/75">{children}</div>}
        </div>
      </div>
    </div>
  );
}

/** Why there is no moving picture. */
function StageNotice({
  video,
  progress,
  broken,
}: {
  video: Video;
  progress: VideoProgress | undefined;
  broken: boolean;
}) {
  const { t } = useI18n();
  const playable = progress?.playable ?? video.playable;
  if (playable === "preparing") {
    return (
      <Notice icon={<Film size={18} />} title={t("stage.preparing")}>
        <p>{t("stage.preparingDetail", { codec: video.codec })}</p>
        <Progress className="mt-3 bg-white/20!" value={null} label={t("stage.preparing")} />
      </Notice>
    );
  }
  if (playable === "failed" || broken) {
    return (
      <Notice icon={<TriangleAlert size={18} />} title={t("stage.unplayable")}>
        {t("stage.unplayableDetail")}
      </Notice>
    );
  }
  return null;
}

/** While the playhead is where nothing has been tracked yet. */
function NotReadyYet({ framesReady, progress }: { framesReady: number; progress: VideoProgress | undefined }) {
  const { t } = useI18n();
  const { player } = useViewer();
  const frame = useStore(player.frame);
  const running = progress?.status === "processing" || progress?.status === "uploaded";
  if (!running || frame < framesReady) return null;
  return (
    <p className="absolute top-3 left-1/2 flex -translate-x-1/2 items-center gap-2 rounded-full bg-black/65 px-3 py-1.5 text-xs text-white backdrop-blur-sm">
      <LoaderCircle size={14} className="animate-spin" aria-hidden />
      {t("stage.notYet")}
    </p>
  );
}
