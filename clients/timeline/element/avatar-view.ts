import { html, type TemplateResult } from "lit";
import type { TimelineEvent } from "#clients/timeline/events/timeline-event.ts";
import { toActorName } from "#clients/timeline/format/actor-name.ts";
import { getEventStyle } from "#clients/timeline/format/event-style.ts";
import { toActorColour, toInitials } from "#clients/timeline/format/initials.ts";
import { toVerb } from "#clients/timeline/format/sentence.ts";
import { renderIcon } from "./icons.ts";
import type { ViewContext } from "./view-context.ts";

/** Renders the picture or the initials of the actor with the icon of the event; the icon alone if the system acted. */
export function renderAvatar(event: TimelineEvent, { avatarUrl }: ViewContext): TemplateResult {
  const { icon, tone } = getEventStyle(toVerb(event));
  const name = toActorName(event.actor);
  if (name === null) return html`<span part="icon" class="symbol tone-${tone}">${renderIcon(icon)}</span>`;
  const url = avatarUrl(event.actor);
  const image =
    url === null ? "" : html`<img src=${url} alt="" loading="lazy" referrerpolicy="no-referrer" @error=${hideImage}>`;
  const colour = toActorColour(event.actor.id ?? name);
  return html`<span part="avatar" class="avatar colour-${colour}" aria-hidden="true">
    ${toInitials(name)}${image}
    <span part="icon" class="badge tone-${tone}">${renderIcon(icon)}</span>
  </span>`;
}

/** Shows the initials below. */
function hideImage({ target }: Event): void {
  if (target instanceof HTMLElement) target.hidden = true;
}
