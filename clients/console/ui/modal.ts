import { noChange } from "lit";
import { AsyncDirective, directive } from "lit/async-directive.js";
import { type ElementPart, type PartInfo, PartType } from "lit/directive.js";

/**
 * Opens the `<dialog>` that it is used on as a modal, and gives the focus back when the dialog is removed. `onClose` is called
 * when the reader closes it: remove the dialog then. The reader cannot close a persistent one.
 */
class ModalDirective extends AsyncDirective {
  #dialog: HTMLDialogElement | null = null;
  #opener: Element | null = null;
  #onClose: () => void = () => undefined;
  #isPersistent = false;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new TypeError("modal is for elements.");
  }

  override render(_onClose: () => void, _isPersistent = false): unknown {
    return noChange;
  }

  override update(part: ElementPart, [onClose, isPersistent = false]: [() => void, boolean?]): unknown {
    this.#onClose = onClose;
    this.#isPersistent = isPersistent;
    if (this.#dialog !== null || !(part.element instanceof HTMLDialogElement)) return noChange;
    this.#dialog = part.element;
    this.#opener = document.activeElement;
    this.#dialog.addEventListener("close", this.#closed);
    this.#dialog.addEventListener("click", this.#closeOutside);
    // The dialog is in the document only after the template has been rendered.
    queueMicrotask(() => this.#dialog?.isConnected && !this.#dialog.open && this.#dialog.showModal());
    return noChange;
  }

  protected override disconnected(): void {
    this.#dialog?.close();
    if (this.#opener instanceof HTMLElement) this.#opener.focus({ preventScroll: true });
  }

  /** Browsers without `closedby` close a persistent dialog by Escape. */
  readonly #closed = (): void => {
    if (this.#isPersistent && this.#dialog?.isConnected) this.#dialog.showModal();
    else this.#onClose();
  };

  /** A press on the backdrop has the dialog itself as its target. */
  readonly #closeOutside = (event: MouseEvent): void => {
    const box = this.#dialog?.getBoundingClientRect();
    if (event.target !== this.#dialog || box === undefined || this.#isPersistent) return;
    const { clientX: x, clientY: y } = event;
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) this.#dialog?.close();
  };
}

export const modal = directive(ModalDirective);
