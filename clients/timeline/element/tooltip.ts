const gapPx = 6;

/**
 * Shows the text in `data-tip` of what is hovered or focused. One tooltip serves all events: the browser does not lay
 * out events that are not on the screen, and would cut off what is drawn outside of them.
 */
export class Tooltip {
  readonly #root: ShadowRoot | Document;

  /** The root has an element with the class `tip` and the attribute `popover`. */
  constructor(root: ShadowRoot | Document) {
    this.#root = root;
    for (const type of ["pointerover", "focusin"]) root.addEventListener(type, this.#show);
    root.addEventListener("focusout", () => this.hide());
    root.addEventListener("pointerout", this.#leave);
  }

  hide(): void {
    const tip = this.#find();
    if (tip?.matches(":popover-open")) tip.hidePopover();
  }

  #find(): HTMLElement | null {
    return this.#root.querySelector<HTMLElement>(".tip");
  }

  readonly #show = (event: Event): void => {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null;
    const tip = this.#find();
    if (target === null || tip === null) return;
    tip.textContent = target.dataset.tip ?? "";
    if (!tip.matches(":popover-open")) tip.showPopover();
    const box = target.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const left = box.left + box.width / 2 - width / 2;
    const isAbove = box.top > height + gapPx;
    tip.style.left = `${Math.max(gapPx, Math.min(left, window.innerWidth - width - gapPx))}px`;
    tip.style.top = `${isAbove ? box.top - height - gapPx : box.bottom + gapPx}px`;
  };

  /** The pointer may move onto the tooltip, to read or select its text (WCAG 2.2, 1.4.13). */
  readonly #leave = (event: Event): void => {
    if (!(event instanceof PointerEvent)) return;
    const to = event.relatedTarget;
    if (!(to instanceof Element && to.closest(".tip, [data-tip]") !== null)) this.hide();
  };
}
