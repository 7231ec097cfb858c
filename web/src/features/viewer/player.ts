import { frameAt, momentInside, nearestFrame } from "@/lib/frames";
import { createStore, type Store } from "@/lib/store";

/** Some browsers do not tell which picture they show. */
type FrameTeller = Partial<Pick<HTMLVideoElement, "requestVideoFrameCallback" | "cancelVideoFrameCallback">>;

export const RATES = [0.1, 0.25, 0.5, 1, 1.5, 2, 4] as const;

/**
 * A video element that counts in frames. `frame` is the one on the screen, told by the browser for each picture that it
 * shows; `target` is where a seek is under way to.
 */
export class Player {
  readonly frame: Store<number> = createStore(0);
  readonly target: Store<number | null> = createStore<number | null>(null);
  readonly playing: Store<boolean> = createStore(false);
  readonly rate: Store<number> = createStore(1);
  readonly loop: Store<boolean> = createStore(false);
  private video: HTMLVideoElement | null = null;
  private times: ArrayLike<number> = [];
  private pending: number | null = null;
  private early: number | null = null;
  private again = false;

  /** A seek from before the times were known is carried out now. */
  setTimes(times: ArrayLike<number>): void {
    this.times = times;
    if (times.length === 0 || this.early === null) return;
    const frame = this.early;
    this.early = null;
    this.seek(frame);
  }

  get frameCount(): number {
    return this.times.length;
  }

  /** The frame that the visitor means: where a seek goes, or what is shown. */
  get current(): number {
    return this.target.get() ?? this.frame.get();
  }

  timeOf(frame: number): number {
    return this.times[frame] ?? 0;
  }

  /** Follows a video element. Answers the function that lets it go. */
  attach(video: HTMLVideoElement): () => void {
    this.video = video;
    video.playbackRate = this.rate.get();
    video.loop = this.loop.get();
    const stopClock = this.followPictures(video);
    const onState = () => this.playing.set(!video.paused && !video.ended);
    const onPause = () => this.hold(video);
    const onSeeked = () => this.settle(video);
    const onLoaded = () => {
      if (this.frame.get() > 0) this.seek(this.frame.get());
    };
    for (const name of ["play", "pause", "ended"]) video.addEventListener(name, onState);
    video.addEventListener("pause", onPause);
    video.addEventListener("seeked", onSeeked);
    video.addEventListener("loadedmetadata", onLoaded);
    return () => {
      stopClock();
      for (const name of ["play", "pause", "ended"]) video.removeEventListener(name, onState);
      video.removeEventListener("pause", onPause);
      video.removeEventListener("seeked", onSeeked);
      video.removeEventListener("loadedmetadata", onLoaded);
      this.video = null;
      this.playing.set(false);
    };
  }

  seek(frame: number): void {
    if (this.frameCount === 0) {
      this.early = frame;
      return;
    }
    const wanted = Math.min(Math.max(0, Math.round(frame)), this.frameCount - 1);
    const { video } = this;
    if (!video || video.readyState === 0) {
      this.target.set(null);
      this.frame.set(wanted);
      return;
    }
    this.target.set(wanted);
    this.again = true;
    // One seek at a time: of those that come meanwhile only the last counts.
    if (video.seeking) this.pending = wanted;
    else video.currentTime = momentInside(this.times, wanted);
  }

  step(frames: number): void {
    this.pause();
    this.seek(this.current + frames);
  }

  toggle(): void {
    if (this.playing.get()) this.pause();
    else this.play();
  }

  play(): void {
    void this.video?.play().catch(() => this.playing.set(false));
  }

  pause(): void {
    this.video?.pause();
  }

  setRate(rate: number): void {
    this.rate.set(rate);
    if (this.video) this.video.playbackRate = rate;
  }

  changeRate(direction: 1 | -1): void {
    const index = RATES.findIndex((rate) => rate === this.rate.get());
    const next = RATES[index + direction];
    if (next !== undefined) this.setRate(next);
  }

  setLoop(loop: boolean): void {
    this.loop.set(loop);
    if (this.video) this.video.loop = loop;
  }

  /** A busy browser may stop at a picture that it has not told of: go to the one that it told of last. */
  private hold(video: HTMLVideoElement): void {
    if (this.target.get() === null && !video.ended && this.frameCount > 0) this.seek(this.frame.get());
  }

  private settle(video: HTMLVideoElement): void {
    // The browser tells of a seek's end a little late: another may be under way by then, and this is not its end.
    if (video.seeking) return;
    if (this.pending !== null) {
      const next = this.pending;
      this.pending = null;
      video.currentTime = momentInside(this.times, next);
      return;
    }
    const reached = frameAt(this.times, video.currentTime);
    const wanted = this.target.get();
    // Some files tell too short a duration, and the browser learns better only when it comes to its end.
    if (wanted !== null && wanted !== reached && this.again) {
      this.again = false;
      video.currentTime = momentInside(this.times, wanted);
      return;
    }
    this.frame.set(reached);
    this.target.set(null);
  }

  /** Sets `frame` for every picture shown; where the browser does not tell, once a repaint. */
  private followPictures(video: HTMLVideoElement): () => void {
    let handle = 0;
    if ((video as FrameTeller).requestVideoFrameCallback) {
      const onPicture = (_now: number, metadata: VideoFrameCallbackMetadata) => {
        this.frame.set(nearestFrame(this.times, metadata.mediaTime));
        handle = video.requestVideoFrameCallback(onPicture);
      };
      handle = video.requestVideoFrameCallback(onPicture);
      return () => video.cancelVideoFrameCallback(handle);
    }
    const onRepaint = () => {
      if (!video.seeking) this.frame.set(frameAt(this.times, video.currentTime));
      handle = requestAnimationFrame(onRepaint);
    };
    handle = requestAnimationFrame(onRepaint);
    return () => cancelAnimationFrame(handle);
  }
}
