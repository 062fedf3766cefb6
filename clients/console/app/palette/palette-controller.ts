import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Command } from "#clients/console/page/page-context.ts";

type FindCommands = (text: string) => readonly Command[];

/** Opens the palette by Ctrl+K or ⌘K, with the commands of the console and of the present page. */
export class PaletteController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #findConsoleCommands: FindCommands;
  #findPageCommands: FindCommands = () => [];
  #isOpen = false;

  constructor(host: ReactiveControllerHost, findConsoleCommands: FindCommands) {
    this.#host = host;
    this.#findConsoleCommands = findConsoleCommands;
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener("keydown", this.#keydown);
  }

  hostDisconnected(): void {
    document.removeEventListener("keydown", this.#keydown);
  }

  /** Replaces the commands of the page. */
  setCommands(find: FindCommands): void {
    this.#findPageCommands = find;
  }

  clearCommands(): void {
    this.#findPageCommands = () => [];
  }

  /** The palette is a chunk of its own, which is loaded when it is first opened. */
  async open(): Promise<void> {
    if (this.#find("").length === 0) return;
    await import("./command-palette.ts");
    this.#setOpen(true);
  }

  render(): TemplateResult | "" {
    if (!this.#isOpen) return "";
    return html`<command-palette .find=${this.#find} @close=${() => this.#setOpen(false)}></command-palette>`;
  }

  readonly #find: FindCommands = (text) => [...this.#findPageCommands(text), ...this.#findConsoleCommands(text)];

  #setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#host.requestUpdate();
  }

  readonly #keydown = (event: KeyboardEvent): void => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (this.#isOpen) this.#setOpen(false);
    else this.open();
  };
}
