import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { secretPrefixes } from "#shared/auth/token-format.ts";

const prefixes = [...Object.values(secretPrefixes), "whsec_"];

/** Patterns of secrets that no log may contain: our secrets by prefix, and OAuth access tokens. */
const secrets = new RegExp(`(${prefixes.join("|")})[\\w+/=]{8,}|(?<![0-9a-f])[0-9a-f]{80}(?![0-9a-f])`, "g");
/** E-mail addresses, and the person in the sample data. */
const addresses = /[\w.+-]+@[\w-]+\.[a-z]{2,}\b|Priya Sharma/gi;

/**
 * Searches every log of a stack for secrets, and every log except the audit log of events for personal data. Returns the
 * matches with the file names.
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
