import type { ActivityEvent } from "./event.ts";
import { isJsonObject, type JsonObject } from "./text/json.ts";
import { isHttpsUrl } from "./text/text-rules.ts";

/** What kind of actor did something; a writer need not say. */
export const actorTypes = ["user", "system", "integration", "agent"] as const;

export type ActorType = (typeof actorTypes)[number];

/** Whom an actor acted for: the account that support, or an agent, used. */
export type OnBehalfOf = { readonly user_id: string; readonly name: string | null };

/** Who did something, as of then. */
export type Actor = {
  readonly name: string | null;
  readonly email: string | null;
  readonly avatar_url: string | null;
  readonly type: ActorType | null;
  readonly on_behalf_of: OnBehalfOf | null;
};

const unknownActor: Actor = { name: null, email: null, avatar_url: null, type: null, on_behalf_of: null };

/** Parses the actor of a stored event. What is absent, empty or of another type is `null`. */
export function parseActor({ actor }: Pick<ActivityEvent, "actor">): Actor {
  if (actor === null) return unknownActor;
  const parsed: unknown = JSON.parse(actor);
  if (!isJsonObject(parsed)) return unknownActor;
  return {
    name: textOf(parsed.name),
    email: textOf(parsed.email),
    // Events from before the address was checked may have any.
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
 * What to call the actor: the name, else the e-mail address, else the id; the robot where no user did it. An actor who
 * acted for somebody comes second: `Anna (by Support)`.
 */
export function actorName(
  event: Pick<ActivityEvent, "actor" | "actor_user_id">,
  robotName: string,
  { name, email, on_behalf_of }: Actor = parseActor(event),
): string {
  const own = name ?? email ?? event.actor_user_id ?? robotName;
  return on_behalf_of === null ? own : `${on_behalf_of.name ?? on_behalf_of.user_id} (by ${own})`;
}
