// Sets the colour scheme before the first paint, so that nothing flashes. The app keeps the choice under the same key.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("starling-color-scheme");
  } catch {
    // storage may be switched off: then the system's scheme it is
  }
  const isDark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
})();
