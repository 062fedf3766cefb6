import type { ReactiveControllerHost, TemplateResult } from "lit";
import type { Command } from "#clients/console/page/page-context.ts";
import type { Theme } from "./theme.ts";

/** The command palette: Ctrl+K or ⌘K opens it. */
export class Palette {
  readonly #host: ReactiveControllerHost;
  #find: (text: string) => readonly Command[] = () => [];

  constructor(host: ReactiveControllerHost, _setTheme: (theme: Theme) => void) {
    this.#host = host;
  }

  setCommands(find: (text: string) => readonly Command[]): void {
    this.#find = find;
  }

  clearCommands(): void {
    this.#find = () => [];
  }

  open(): void {
    this.#host.requestUpdate();
    this.#find("");
  }

  render(): TemplateResult | "" {
    return "";
  }
}
