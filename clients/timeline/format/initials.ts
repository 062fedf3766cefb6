import { toDisplayText } from "./display-text.ts";

/** How many colours of initials there are. */
export const actorColourCount = 8;

/** Returns the first letters of the first and the last word of a name: `PS`. Empty if it has no letter or digit. */
export function toInitials(name: string): string {
  const words = toDisplayText(name)
    .split(/\s+/)
    .map((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? "")
    .filter((letter) => letter !== "");
  const [first = "", last = ""] = [words[0], words.length > 1 ? words.at(-1) : ""];
  return (first + last).toLocaleUpperCase();
}

/** Returns the number of a colour, from 0, which is always the same for an id (FNV-1a, 32 bits). */
export function toActorColour(id: string): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % actorColourCount;
}
