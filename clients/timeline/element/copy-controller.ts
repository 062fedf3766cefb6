import type { ReactiveController, ReactiveControllerHost } from "lit";

const shownMs = 2_000;

/** Copies texts to the clipboard, and remembers for a moment which one, so that its button can say so. */
export class CopyController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #copied: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get copied(): string | null {
    return this.#copied;
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#copied = null;
  }

  async copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // The page may not write to the clipboard: the text can still be selected.
      return;
    }
    this.#show(text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(null), shownMs);
  }

  #show(copied: string | null): void {
    this.#copied = copied;
    this.#host.requestUpdate();
  }
}
