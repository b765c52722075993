// The reader's choice of colours, before anything is drawn. Without this script the system decides, without a switch.
(() => {
  const root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ?? (system.matches ? "dark" : "")) === "dark";
  const show = () => {
    let kept;
    try { kept = localStorage.theme; } catch {}
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
    for (const one of document.querySelectorAll(".scheme")) one.ariaPressed = dark();
  };
  root.dataset.scheme = "";
  show();
  for (const event of ["DOMContentLoaded", "storage"]) addEventListener(event, show);
  system.addEventListener("change", show);
  addEventListener("click", ({ target }) => {
    if (!target.closest?.(".scheme")) return;
    root.dataset.theme = dark() ? "light" : "dark";
    try { localStorage.theme = root.dataset.theme; } catch {}
    show();
  });
})();
