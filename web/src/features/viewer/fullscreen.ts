/** Fills the screen with the viewer, or gives the screen back. */
export function toggleFullscreen(): void {
  if (document.fullscreenElement) {
    void document.exitFullscreen();
    return;
  }
  void document.querySelector("[data-testid=viewer]")?.requestFullscreen();
}
