const gapPx = 6;

/** Of any part of the page. */
const scrolling = { capture: true, passive: true };

/**
 * Shows the text in `data-tip` of what is hovered or focused. One tooltip serves all events: the browser does not lay
 * out events that are not on the screen, and would cut off what is drawn outside of them.
 */
export class Tooltip {
  readonly #root: ShadowRoot | Document;
  #target: HTMLElement | null = null;

  /** The root has an element with the class `tip` and the attribute `popover`. */
  constructor(root: ShadowRoot | Document) {
    this.#root = root;
    for (const type of ["pointerover", "focusin"]) root.addEventListener(type, this.#show);
    root.addEventListener("focusout", () => this.hide());
    root.addEventListener("pointerout", this.#leave);
  }

  hide(): void {
    this.#target = null;
    removeEventListener("scroll", this.#place, scrolling);
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
    this.#target = target;
    tip.textContent = target.dataset.tip ?? "";
    if (!tip.matches(":popover-open")) tip.showPopover();
    addEventListener("scroll", this.#place, scrolling);
    this.#place();
  };

  /** Below its target, so that it does not cover the sentence that the time belongs to; above it at the end of the screen. */
  readonly #place = (): void => {
    const tip = this.#find();
    if (!this.#target?.isConnected || tip === null) {
      this.hide();
      return;
    }
    const box = this.#target.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const left = box.left + box.width / 2 - width / 2;
    const isBelow = box.bottom + gapPx + height < innerHeight;
    tip.style.left = `${Math.max(gapPx, Math.min(left, innerWidth - width - gapPx))}px`;
    tip.style.top = `${isBelow ? box.bottom + gapPx : box.top - height - gapPx}px`;
  };

  /** The pointer may move onto the tooltip, to read or select its text (WCAG 2.2, 1.4.13). */
  readonly #leave = (event: Event): void => {
    if (!(event instanceof PointerEvent)) return;
    const to = event.relatedTarget;
    if (!(to instanceof Element && to.closest(".tip, [data-tip]") !== null)) this.hide();
  };
}
