import type { ReactiveController, ReactiveControllerHost } from "lit";

type PageStateListener = {
  setVisible(isVisible: boolean): void;
  setOnline(isOnline: boolean): void;
};

/** Reports whether the page is visible and the browser online, while the element is in a document. */
export class PageStateController implements ReactiveController {
  readonly #listener: PageStateListener;

  constructor(host: ReactiveControllerHost, listener: PageStateListener) {
    this.#listener = listener;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("visibilitychange", this.#report);
    window.addEventListener("online", this.#report);
    window.addEventListener("offline", this.#report);
    this.#report();
  }

  hostDisconnected(): void {
    document.removeEventListener("visibilitychange", this.#report);
    window.removeEventListener("online", this.#report);
    window.removeEventListener("offline", this.#report);
  }

  readonly #report = (): void => {
    this.#listener.setVisible(document.visibilityState !== "hidden");
    this.#listener.setOnline(navigator.onLine);
  };
}
