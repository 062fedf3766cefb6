import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { type CatalogueEntry, type FilterSuggestion, suggestFilters } from "./event-type-filters.ts";

/** The element `<event-type-field>`: a combobox (WAI-ARIA 1.2) that adds filters of event types to a list. */
export class EventTypeField extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    value: { attribute: false },
    catalogue: { attribute: false },
    error: { attribute: false },
    onChange: { attribute: false },
    text: { state: true },
    isOpen: { state: true },
    active: { state: true },
  };

  declare value: readonly string[];
  declare catalogue: readonly CatalogueEntry[];
  declare error: string | null;
  declare onChange: (value: readonly string[]) => void;
  private declare text: string;
  private declare isOpen: boolean;
  /** The position of the marked suggestion: -1 before anything is typed, so that Enter submits the form. */
  private declare active: number;

  constructor() {
    super();
    Object.assign(this, { value: [], catalogue: [], error: null, text: "", isOpen: false, active: 0 });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const suggestions = this.#suggestions();
    const hint = "All events about documents by *, a type of document by invoice.*, or one type by invoice.sent.";
    return html`<div class="field">
      <label for="events">Event types</label>
      <div class="filters input" aria-invalid=${this.error !== null} @click=${this.#focusInput}>
        ${this.value.map((filter) => this.#renderChosen(filter))}
        <input
          id="events"
          role="combobox"
          aria-expanded=${this.isOpen && suggestions.length > 0}
          aria-controls="event-suggestions"
          aria-autocomplete="list"
          aria-activedescendant=${this.isOpen && this.active >= 0 && suggestions.length > 0 ? `event-suggestion-${this.active}` : ""}
          aria-describedby="events-hint"
          aria-invalid=${this.error !== null}
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          placeholder=${this.value.length === 0 ? "invoice.sent" : "Add…"}
          .value=${this.text}
          @input=${this.#input}
          @keydown=${this.#keydown}
          @focus=${() => this.#open()}
          @blur=${() => this.#close()}
        >
      </div>
      ${this.#renderSuggestions(suggestions)}
      <p id="events-hint" class=${this.error === null ? "hint" : "error"}>${this.error ?? hint}</p>
    </div>`;
  }

  #renderChosen(filter: string): TemplateResult {
    const remove = () => this.onChange(this.value.filter((other) => other !== filter));
    return html`<span class="chip set mono">${filter}
      <button type="button" aria-label="Remove ${filter}" @click=${remove}>${renderIcon("close")}</button>
    </span>`;
  }

  #renderSuggestions(suggestions: readonly FilterSuggestion[]): TemplateResult {
    return html`<ul class="suggestions" id="event-suggestions" role="listbox" aria-label="Event types"
      ?hidden=${!this.isOpen || suggestions.length === 0}>
      ${suggestions.map(
        ({ filter, description }, index) =>
          html`<li id="event-suggestion-${index}" role="option" aria-selected=${index === this.active}
            @pointerdown=${(event: PointerEvent) => this.#choose(event, filter)}>
            <span class="mono">${filter}</span><span class="muted small">${description}</span>
          </li>`,
      )}
    </ul>`;
  }

  #suggestions(): readonly FilterSuggestion[] {
    return suggestFilters(this.text, this.catalogue, this.value);
  }

  readonly #input = ({ target }: InputEvent): void => {
    if (!(target instanceof HTMLInputElement)) return;
    this.text = target.value;
    this.#open();
  };

  readonly #keydown = (event: KeyboardEvent): void => {
    const suggestions = this.#suggestions();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.#move(event.key === "ArrowDown" ? 1 : -1, suggestions.length);
    } else if (event.key === "Enter" && this.isOpen) {
      const chosen = suggestions[this.active];
      if (chosen !== undefined) this.#choose(event, chosen.filter);
    } else if (event.key === "Escape" && this.isOpen) {
      // The dialog stays open.
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === "Backspace" && this.text === "") {
      this.onChange(this.value.slice(0, -1));
    }
  };

  #move(step: number, count: number): void {
    if (count === 0) return;
    const start = this.isOpen && this.active >= 0 ? this.active : step > 0 ? -1 : count;
    this.active = (start + step + count) % count;
    this.isOpen = true;
    this.updateComplete.then(() => this.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }));
  }

  #choose(event: Event, filter: string): void {
    event.preventDefault();
    this.text = "";
    this.#close();
    this.onChange([...this.value, filter]);
  }

  #open(): void {
    this.isOpen = true;
    this.active = this.text === "" ? -1 : 0;
  }

  #close(): void {
    this.isOpen = false;
  }

  readonly #focusInput = ({ target, currentTarget }: MouseEvent): void => {
    if (target === currentTarget) this.querySelector("input")?.focus();
  };
}

customElements.define("event-type-field", EventTypeField);
