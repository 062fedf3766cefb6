import { html, type TemplateResult } from "lit";
import { toActorColour, toInitials } from "#clients/timeline/format/initials.ts";

/** Renders the initials of a name in the colour of an id; the name is beside it. */
export function renderAvatar(id: string, name: string): TemplateResult {
  return html`<span class="avatar colour-${toActorColour(id)}" aria-hidden="true">${toInitials(name)}</span>`;
}
