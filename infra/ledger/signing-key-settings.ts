import { signsAt } from "#shared/ledger/checkpoints/checkpoint-key.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";

export type SigningKeySettings = {
  /** Letters and digits. Identifies the key in the template: never changes, and is never used again. */
  readonly id: string;
  /** ISO 8601 in UTC. The key signs from this time on; `null` for the first one. */
  readonly from: string | null;
  /** The key signs until this time, and verifies for ever; `null` while its end is not known. */
  readonly until: string | null;
  /** Only if KMS has lost the key: its verification key for any log, as it was handed over. Else `null`. */
  readonly lostKey: string | null;
};

/** A key of a stage. */
export type SigningKey = {
  readonly id: string;
  readonly from: Date | null;
  readonly until: Date | null;
  /** 32 bytes; `null` if KMS has the key. */
  readonly lostKey: Uint8Array | null;
};

/** Parses the keys of a stage. Throws if one is malformed, or if at some time none would sign; `id` is the stage or its stack. */
export function requireSigningKeys(id: string, settings: readonly SigningKeySettings[]): SigningKey[] {
  const fail = (what: string): never => {
    throw new Error(`${id}: ${what} Correct trust.keys in infra/config.ts.`);
  };
  const keys = settings.map((key) => parse(key, fail));
  if (new Set(keys.map((key) => key.id)).size < keys.length) fail("Two signing keys have the same id.");
  if (!keys.some(({ from }) => from === null)) fail("No signing key signs from the beginning (from: null).");
  const inKms = keys.filter(({ lostKey }) => lostKey === null);
  for (const { id: key, until } of keys) {
    if (until === null || inKms.some((other) => signsAt(other, until))) continue;
    fail(`From ${until.toISOString()} on, when ${key} ends, no key would sign.`);
  }
  return keys;
}

function parse({ id, from, until, lostKey }: SigningKeySettings, fail: (what: string) => never): SigningKey {
  if (!/^[A-Za-z][A-Za-z0-9]{0,30}$/.test(id)) fail(`The id ${id} of a signing key is not of letters and digits.`);
  const time = (text: string | null) =>
    text === null ? null : (parseTime(text) ?? fail(`${text} is not a time in UTC.`));
  const key = {
    id,
    from: time(from),
    until: time(until),
    lostKey: lostKey === null ? null : parseVerificationKey(lostKey).publicKey,
  };
  if (key.from !== null && key.until !== null && key.from >= key.until) fail(`The key ${id} ends before it begins.`);
  if (key.lostKey !== null && key.until === null)
    fail(`The key ${id} is lost, so it needs the time until which it signed.`);
  return key;
}

function parseTime(text: string): Date | null {
  const date = new Date(text);
  return /^\d{4}-\d{2}-\d{2}T.*Z$/.test(text) && !Number.isNaN(date.getTime()) ? date : null;
}
