/** Wires the button between light and dark, and calls `redraw` whenever the theme changes, also for printing. */
export function wireTheme(redraw: () => void): void {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = document.querySelector<HTMLButtonElement>("[data-theme-toggle]");
  const isDark = (): boolean => (root.dataset["theme"] ?? (system.matches ? "dark" : "light")) === "dark";
  const apply = (theme: string | undefined): void => {
    if (theme === undefined) delete root.dataset["theme"];
    else root.dataset["theme"] = theme;
    if (button !== null) button.textContent = isDark() ? "Light" : "Dark";
    redraw();
  };
  button?.addEventListener("click", () => apply(isDark() ? "light" : "dark"));
  system.addEventListener("change", () => apply(root.dataset["theme"]));
  let beforePrint: string | undefined;
  addEventListener("beforeprint", () => {
    beforePrint = root.dataset["theme"];
    apply("light");
  });
  addEventListener("afterprint", () => apply(beforePrint));
  apply(undefined);
}
