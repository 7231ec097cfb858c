/** Fills the screen, or gives it back. The whole page goes along, because menus open outside of the viewer. */
export function toggleFullscreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
}
