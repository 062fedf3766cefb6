import type { ReactiveController, ReactiveControllerHost } from "lit";

type PageStateListener = {
  setVisible(isVisible: boolean): void;
  setOnline(isOnline: boolean): void;
  noteReader(): void;
};

/** What a reader does on the page, wherever it is. */
const inputs = ["pointermove", "pointerdown", "keydown", "wheel", "touchmove", "focus"];

const passive = { capture: true, passive: true };

/**
 * Reports whether the element is seen, that is on the screen in a visible page, whether the browser is online, and what
 * the reader does, while the element is in a document.
 */
export class PageStateController implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  readonly #listener: PageStateListener;
  readonly #observer: IntersectionObserver;
  #isOnScreen = true;

  constructor(host: ReactiveControllerHost & Element, listener: PageStateListener) {
    this.#host = host;
    this.#listener = listener;
    this.#observer = new IntersectionObserver((entries) => {
      this.#isOnScreen = entries.at(-1)?.isIntersecting ?? true;
      this.#report();
    });
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#report);
    for (const type of ["online", "offline"]) window.addEventListener(type, this.#report);
    for (const type of inputs) window.addEventListener(type, this.#noteReader, passive);
    this.#observer.observe(this.#host);
    this.#report();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#report);
    for (const type of ["online", "offline"]) window.removeEventListener(type, this.#report);
    for (const type of inputs) window.removeEventListener(type, this.#noteReader, passive);
    this.#observer.disconnect();
  }

  readonly #report = (): void => {
    this.#listener.setVisible(this.#isOnScreen && document.visibilityState !== "hidden");
    this.#listener.setOnline(navigator.onLine);
  };

  readonly #noteReader = (): void => this.#listener.noteReader();
}
