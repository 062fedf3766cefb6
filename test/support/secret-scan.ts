import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { secretPrefixes } from "#shared/auth/token.ts";

const prefixes = [...Object.values(secretPrefixes), "whsec_"];

/** What no log may hold: anything that is, or begins like, a secret of ours; an access token of OAuth; who is who. */
const secrets = new RegExp(`(${prefixes.join("|")})[\\w+/=]{8,}|(?<![0-9a-f])[0-9a-f]{80}(?![0-9a-f])`, "g");
/** Addresses, and the one person that the samples name. */
const addresses = /[\w.+-]+@[\w-]+\.[a-z]{2,}\b|Priya Sharma/gi;

/**
 * Looks through every log of a stack for secrets, and through all but the log of events, which is theirs, for the
 * addresses of people. Answers what it finds, and where.
 */
export function findSecrets(folder: string, eventsLog: string, used: Iterable<string>): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap(({ parentPath, name }) => {
    const text = readFileSync(join(parentPath, name), "utf8");
    const people = name === basename(eventsLog) ? [] : [...text.matchAll(addresses)].map(([found]) => found);
    const shaped = [...text.matchAll(secrets)].map(([found]) => found);
    const known = [...used].filter((secret) => text.includes(secret));
    return [...new Set([...shaped, ...known, ...people])].map((found) => `${name}: ${found}`);
  });
}
