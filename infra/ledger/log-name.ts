import type { AnchorBucketSettings } from "./anchor-bucket.ts";
import type { SigningKeySettings } from "./signing-key-settings.ts";

export type WitnessSettings = {
  /** The prefix of its submission API, without a slash at the end. */
  readonly url: string;
  /** Its verification key, for cosignatures. */
  readonly key: string;
};

export type TrustSettings = {
  /**
   * The first part of the name of each organisation's log (C2SP: the origin), for example `activity.example.com`. Never
   * changes: keys and proofs carry it. No other stage may have the same name. Required.
   */
  readonly name: string | null;
  /** The keys that sign checkpoints: the first one, and each that followed. None is ever removed. */
  readonly keys: readonly SigningKeySettings[];
  /** The bucket with Object Lock to which anchors of all logs are copied; `null` for none. */
  readonly anchorBucket: AnchorBucketSettings | null;
  /**
   * Servers of others that sign each checkpoint of the log of anchors if it continues those they have seen (C2SP
   * tlog-witness). Their signatures are copied to the bucket: without one, they are not asked.
   */
  readonly witnesses: readonly WitnessSettings[];
};

/** A URL without a scheme (C2SP signed-note, "Format"): no space and no `+`, and short enough for the line of a signature. */
const logNamePattern = /^[a-z0-9][a-z0-9.-]{0,99}(\/[a-z0-9._-]{1,50}){0,3}$/;

/** Returns the name of a stage's logs. Throws if it is missing or malformed; `id` is the stage or its stack. */
export function requireLogName(id: string, { name }: Pick<TrustSettings, "name">): string {
  const remedy = "Set trust.name in infra/config.ts to a domain name of yours; it can never change.";
  if (name === null) throw new Error(`${id} has no name for its logs. ${remedy}`);
  if (!logNamePattern.test(name)) throw new Error(`${id} has a malformed name for its logs: ${name}. ${remedy}`);
  return name;
}
