import type { ActivityEvent } from "./event.ts";
import { isJsonObject, type JsonObject } from "./text/json.ts";
import { isHttpsUrl } from "./text/text-rules.ts";

/** Kinds of actors. Optional: the writer may omit it. */
export const actorTypes = ["user", "system", "integration", "agent"] as const;

export type ActorType = (typeof actorTypes)[number];

/** The user an actor acted for, for example when support or an agent uses an account. */
export type OnBehalfOf = { readonly user_id: string; readonly name: string | null };

/** Who caused an event, as of that time. */
export type Actor = {
  readonly name: string | null;
  readonly email: string | null;
  readonly avatar_url: string | null;
  readonly type: ActorType | null;
  readonly on_behalf_of: OnBehalfOf | null;
};

const unknownActor: Actor = { name: null, email: null, avatar_url: null, type: null, on_behalf_of: null };

/** Parses the actor of a stored event. Fields that are absent, empty or of another type are `null`. */
export function parseActor({ actor }: Pick<ActivityEvent, "actor">): Actor {
  if (actor === null) return unknownActor;
  const parsed: unknown = JSON.parse(actor);
  if (!isJsonObject(parsed)) return unknownActor;
  return {
    name: textOf(parsed.name),
    email: textOf(parsed.email),
    // Older events were stored without this check and may hold any text.
    avatar_url: httpsUrlOf(parsed.avatar_url),
    type: actorTypes.find((type) => type === parsed.type) ?? null,
    on_behalf_of: isJsonObject(parsed.on_behalf_of) ? onBehalfOf(parsed.on_behalf_of) : null,
  };
}

function onBehalfOf({ user_id, name }: JsonObject): OnBehalfOf | null {
  const id = textOf(user_id);
  return id === null ? null : { user_id: id, name: textOf(name) };
}

function httpsUrlOf(value: unknown): string | null {
  const text = textOf(value);
  return text !== null && isHttpsUrl(text) ? text : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/**
 * Returns the display name of the actor: the name, else the e-mail address, else the id, else `robotName`. An actor
 * that acted on behalf of a user comes second: `Anna (by Support)`.
 */
export function actorName(
  event: Pick<ActivityEvent, "actor" | "actor_user_id">,
  robotName: string,
  { name, email, on_behalf_of }: Actor = parseActor(event),
): string {
  const own = name ?? email ?? event.actor_user_id ?? robotName;
  return on_behalf_of === null ? own : `${on_behalf_of.name ?? on_behalf_of.user_id} (by ${own})`;
}
