import type { LitElement, ReactiveController } from "lit";
import type { Messages } from "#clients/timeline/locales/messages.ts";
import { findMessages } from "#clients/timeline/locales/resolve-messages.ts";

/** Has the words of the element's language, which is that of its `locale`, of the page or of the browser. */
export class MessagesController implements ReactiveController {
  readonly #host: LitElement & { readonly locale: string | undefined };
  #language: string | null = null;
  #messages: Messages | null = null;

  constructor(host: LitElement & { readonly locale: string | undefined }) {
    this.#host = host;
    host.addController(this);
  }

  /** `null` while the words are being loaded. */
  get messages(): Messages | null {
    return this.#messages;
  }

  hostUpdate(): void {
    const host = this.#host;
    const language = host.locale ?? (host.closest<HTMLElement>("[lang]")?.lang || navigator.language);
    if (language !== this.#language) this.#load(language);
  }

  #load(language: string): void {
    this.#language = language;
    const found = findMessages(language);
    if (!(found instanceof Promise)) {
      this.#messages = found;
      return;
    }
    this.#messages = null;
    found.then((messages) => {
      if (language !== this.#language) return;
      this.#messages = messages;
      this.#host.requestUpdate();
    });
  }
}
