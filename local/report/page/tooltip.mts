import { element } from "./page-globals.mts";

/** Shows `data-tip` of whatever is pointed at, focused or tapped; Escape hides it. */
export function wireTooltips(): void {
  const tip = element("div", "tip");
  tip.id = "tip";
  tip.role = "tooltip";
  tip.hidden = true;
  document.body.append(tip);
  let owner: Element | null = null;
  const hide = (): void => {
    tip.hidden = true;
    owner?.removeAttribute("aria-describedby");
    owner = null;
  };
  const show = (event: Event): void => {
    const target = event.target instanceof Element ? event.target.closest("[data-tip]") : null;
    if (target === owner && !tip.hidden) return;
    hide();
    const text = target?.getAttribute("data-tip");
    if (target === null || !text) return;
    owner = target;
    owner.setAttribute("aria-describedby", tip.id);
    tip.textContent = text;
    tip.hidden = false;
    place(tip, target.getBoundingClientRect());
  };
  document.addEventListener("pointerover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("focusout", hide);
  document.addEventListener("click", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}

/** Above its owner, or below where there is no room, and inside the page's width. */
function place(tip: HTMLElement, owner: DOMRect): void {
  const width = document.documentElement.clientWidth;
  const left = Math.min(Math.max(12, owner.left), width - tip.offsetWidth - 12);
  const above = owner.top - tip.offsetHeight - 6;
  const top = above < 48 ? owner.bottom + 6 : above;
  tip.style.left = `${left + scrollX}px`;
  tip.style.top = `${top + scrollY}px`;
}

/** Wires the buttons that copy a value; a browser that refuses gets the value selected instead. */
export function wireCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy]")) {
    button.addEventListener("click", () => {
      const say = (text: string): void => {
        button.textContent = text;
        setTimeout(() => {
          button.textContent = "Copy";
        }, 1_500);
      };
      const select = (): void => {
        const value = button.previousElementSibling;
        if (value !== null) getSelection()?.selectAllChildren(value);
        say("Selected");
      };
      if (navigator.clipboard === undefined) select();
      else navigator.clipboard.writeText(button.dataset["copy"] ?? "").then(() => say("Copied"), select);
    });
  }
}
