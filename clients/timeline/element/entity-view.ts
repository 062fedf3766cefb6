import { html, type TemplateResult } from "lit";
import type { TimelineEntity } from "#clients/timeline/events/timeline-event.ts";
import type { ViewContext } from "./view-context.ts";

/** Renders the name of an entity, as a link if the host has a page for it. */
export function renderEntity(entity: TimelineEntity, text: string, context: ViewContext): TemplateResult {
  const url = context.documentUrl(entity);
  if (url === null) return html`<bdi part="document" class="document">${text}</bdi>`;
  const open = (event: Event) => context.onDocumentClick(event, entity);
  return html`<a part="document" class="document" href=${url} @click=${open}><bdi>${text}</bdi></a>`;
}
