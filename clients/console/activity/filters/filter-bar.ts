import { html, LitElement, type PropertyDeclarations, type TemplateResult } from "lit";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { type ActivityFilters, type FilterName, filterNames, withFilters } from "./activity-filters.ts";
import { renderFilterEditor, type Suggestion } from "./filter-editor-view.ts";
import { type ChipName, chipLabels, chipNames, formatChipValue, toFilterNames } from "./filter-labels.ts";
import { filterStyles } from "./filter-styles.ts";

/** The element `<filter-bar>`: a chip for each filter, with an editor below it. Dispatches `filter` with the new filters. */
export class FilterBar extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    filters: { attribute: false },
    suggest: { attribute: false },
    openChip: { state: true },
  };

  declare filters: ActivityFilters;
  /** Returns values that a filter may have, from the events that have been read. */
  declare suggest: (name: FilterName) => readonly Suggestion[];
  private declare openChip: ChipName | null;

  constructor() {
    super();
    this.filters = {};
    this.suggest = () => [];
    this.openChip = null;
    this.addEventListener("keydown", this.#keydown);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(filterStyles);
    document.addEventListener("pointerdown", this.#leave);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("pointerdown", this.#leave);
  }

  /** Opens the editor of a chip, and moves the focus into it. */
  async edit(chip: ChipName): Promise<void> {
    this.openChip = chip;
    await this.updateComplete;
    this.querySelector<HTMLElement>(".filter-editor :is(input, button)")?.focus();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const isFiltered = filterNames.some((name) => this.filters[name] !== undefined);
    const clear = html`<button type="button" class="chip filter-clear" @click=${() => this.#apply({})}>Clear all</button>`;
    return html`<div class="filters" role="group" aria-label="Filters">
      ${chipNames.map((chip) => this.#renderChip(chip))} ${isFiltered ? clear : ""}
    </div>`;
  }

  #renderChip(chip: ChipName): TemplateResult {
    const value = formatChipValue(chip, this.filters);
    const isOpen = this.openChip === chip;
    const content =
      value === null
        ? html`${renderIcon("plus")}${chipLabels[chip]}`
        : html`<span>${chipLabels[chip]}</span><bdi class="filter-value">${value}</bdi>`;
    return html`<div class="filter">
      <button
        type="button"
        class="chip ${value === null ? "dashed" : "set"}"
        aria-expanded=${isOpen}
        data-chip=${chip}
        @click=${() => (isOpen ? this.#close() : this.edit(chip))}
      >${content}</button>${
        value === null
          ? ""
          : html`<button type="button" class="filter-remove" aria-label="Remove the filter ${chipLabels[chip]}" @click=${() => this.#remove(chip)}>
              ${renderIcon("close")}
            </button>`
      }
      ${isOpen ? this.#renderEditor(chip) : ""}
    </div>`;
  }

  #renderEditor(chip: ChipName): TemplateResult {
    return renderFilterEditor({
      chip,
      filters: this.filters,
      nowMs: Date.now(),
      suggestions: chip === "time" ? [] : this.suggest(chip),
      apply: (changes) => this.#apply(withFilters(this.filters, changes)),
    });
  }

  #remove(chip: ChipName): void {
    this.#apply(withFilters(this.filters, Object.fromEntries(toFilterNames(chip).map((name) => [name, null]))));
  }

  #apply(filters: ActivityFilters): void {
    this.#close();
    this.dispatchEvent(new CustomEvent("filter", { detail: filters }));
  }

  #close(): void {
    const chip = this.openChip;
    this.openChip = null;
    if (chip !== null) this.querySelector<HTMLElement>(`[data-chip=${chip}]`)?.focus();
  }

  readonly #keydown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || this.openChip === null) return;
    event.stopPropagation();
    this.#close();
  };

  readonly #leave = ({ target }: Event): void => {
    const slot = target instanceof Element ? target.closest(".filter") : null;
    if (slot === null || !this.contains(slot)) this.openChip = null;
  };
}

customElements.define("filter-bar", FilterBar);
