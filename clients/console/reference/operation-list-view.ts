import { html, type TemplateResult } from "lit";
import { renderIcon } from "#clients/console/ui/icons.ts";
import { capitalize } from "#clients/timeline/format/display-text.ts";
import type { OperationDescription, OperationGroup } from "./description/operation.ts";

export type OperationList = {
  readonly groups: readonly OperationGroup[];
  /** The id of the operation that is shown. */
  readonly current: string | null;
  readonly filter: string;
  readonly onFilter: (text: string) => void;
  /** Returns the address of the page of an operation. */
  readonly href: (id: string) => string;
};

/** Renders the operations by their groups, with a field that filters them. */
export function renderOperationList({ groups, current, filter, onFilter, href }: OperationList): TemplateResult {
  const onInput = ({ target }: Event) => target instanceof HTMLInputElement && onFilter(target.value);
  return html`<nav class="reference-nav" aria-label="Operations">
    <div class="reference-filter">
      ${renderIcon("search")}
      <input class="input" type="search" aria-label="Filter operations" placeholder="Filter" .value=${filter} @input=${onInput}>
    </div>
    ${groups.map(
      (group) => html`<h2>${nameGroup(group)}</h2>
        <ul>${group.operations.map(
          (
            operation,
          ) => html`<li><a href=${href(operation.id)} aria-current=${operation.id === current ? "page" : "false"}>
            ${renderMethod(operation)}<span>${operation.summary}</span></a></li>`,
        )}</ul>`,
    )}
    ${groups.length === 0 ? html`<p class="muted">No operation matches.</p>` : ""}
  </nav>`;
}

/** Returns the name of a group with a capital letter. */
export function nameGroup({ name }: OperationGroup): string {
  return capitalize(name, "en");
}

const tones: Readonly<Record<string, string>> = {
  GET: "info",
  POST: "positive",
  PATCH: "warning",
  PUT: "warning",
  DELETE: "negative",
};

/** Renders the method of an operation in its colour. */
export function renderMethod({ method }: OperationDescription): TemplateResult {
  return html`<span class="reference-method tone-${tones[method] ?? "neutral"}">${method === "DELETE" ? "DEL" : method}</span>`;
}
