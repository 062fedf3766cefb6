import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from "lit";
import type { Command } from "#clients/console/page/page-context.ts";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { modal } from "#clients/console/ui/modal.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { matchCommands } from "./match-commands.ts";
import { paletteStyles } from "./palette-styles.ts";

/**
 * The element `<command-palette>`: finds commands as one types (WAI-ARIA Authoring Practices, "Combobox"). It is open while
 * it is in the document, and dispatches `close`.
 */
export class CommandPalette extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    find: { attribute: false },
    text: { state: true },
    index: { state: true },
  };

  /** Returns the commands for what the reader has typed. */
  declare find: (text: string) => readonly Command[];
  private declare text: string;
  private declare index: number;
  #commands: readonly Command[] = [];

  constructor() {
    super();
    Object.assign(this, { text: "", index: 0 });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(paletteStyles);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override willUpdate(): void {
    this.#commands = matchCommands(this.find(this.text.trim()), this.text);
  }

  protected override render(): TemplateResult {
    const active = this.#commands.length === 0 ? "" : `command-${this.index}`;
    return html`<dialog class="dialog palette" aria-label="Search and commands" ${modal(() => this.#close())}>
      <div class="palette-field">
        ${renderIcon("search")}
        <input
          class="palette-input"
          role="combobox"
          aria-label="Command"
          aria-expanded="true"
          aria-controls="commands"
          aria-autocomplete="list"
          aria-activedescendant=${active}
          placeholder="Search commands, or paste an ID"
          autocomplete="off"
          spellcheck="false"
          .value=${this.text}
          @input=${this.#input}
          @keydown=${this.#keydown}
        >
      </div>
      <div class="palette-list" id="commands" role="listbox" aria-label="Commands">
        ${this.#commands.map((command, index) => this.#renderCommand(command, index))}
      </div>
      ${this.#commands.length === 0 ? html`<p class="palette-empty muted" role="status">Nothing found.</p>` : ""}
    </dialog>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("index")) this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }

  #renderCommand(command: Command, index: number): TemplateResult {
    const isFirst = command.group !== this.#commands[index - 1]?.group;
    return html`${isFirst ? html`<div class="palette-group" role="presentation">${command.group}</div>` : ""}
      <div
        class="palette-command"
        role="option"
        id="command-${index}"
        aria-selected=${index === this.index}
        @click=${() => this.#run(command)}
      ><bdi>${command.title}</bdi></div>`;
  }

  readonly #input = ({ target }: InputEvent): void => {
    if (!(target instanceof HTMLInputElement)) return;
    this.text = target.value;
    this.index = 0;
  };

  readonly #keydown = (event: KeyboardEvent): void => {
    const { length } = this.#commands;
    if (event.key === "ArrowDown") this.index = (this.index + 1) % Math.max(1, length);
    else if (event.key === "ArrowUp") this.index = (this.index - 1 + length) % Math.max(1, length);
    else if (event.key === "Enter") this.#run(this.#commands[this.index]);
    else return;
    event.preventDefault();
  };

  /** The palette closes first, so that a command can move the focus. */
  async #run(command: Command | undefined): Promise<void> {
    if (command === undefined) return;
    this.#close();
    await new Promise(requestAnimationFrame);
    command.run();
  }

  #close(): void {
    this.dispatchEvent(new Event("close"));
  }
}

customElements.define("command-palette", CommandPalette);
