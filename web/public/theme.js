// Runs before the first paint, so that a dark page never flashes white. An own file: the policy forbids inline scripts.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem("sammot.theme");
  } catch (error) {
    // Storage may be forbidden; the system's choice is good enough.
  }
  var dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
})();
