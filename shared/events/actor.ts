import type { ActivityEvent } from "./event.ts";
import { isJsonObject } from "./json.ts";
import { isHttpsUrl } from "./text-rules.ts";

/** Who did something, as of then. */
export type Actor = { readonly name: string | null; readonly email: string | null; readonly avatar_url: string | null };

export function actorOf({ actor }: Pick<ActivityEvent, "actor">): Actor {
  const parsed: unknown = actor === null ? null : JSON.parse(actor);
  const said = isJsonObject(parsed) ? parsed : {};
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
  const avatar = text(said.avatar_url);
  // Events from before the address was checked may have any.
  const avatar_url = avatar !== null && isHttpsUrl(avatar) ? avatar : null;
  return { name: text(said.name), email: text(said.email), avatar_url };
}

/** What to call whoever did it: the name, else the e-mail address, else the id; the robot where no user did it. */
export function actorName(
  event: Pick<ActivityEvent, "actor" | "actor_user_id">,
  robotName: string,
  { name, email }: Actor = actorOf(event),
): string {
  return name ?? email ?? event.actor_user_id ?? robotName;
}
