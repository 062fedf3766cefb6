import type { ShardCount, ShardSetting } from "#shared/events/shards/shards.ts";

/** An organisation of the platform, with its settings. */
export type Org = {
  readonly org_id: string;
  readonly name: string;
  /** Its unique name in URLs, for dialects that address organisations by name. */
  readonly slug: string | null;
  /** Its account number; dialects that need one show the id if it is `null`. */
  readonly account_number: string | null;
  /** IANA name of the time zone in which dialects without UTC show times. */
  readonly time_zone: string;
  /** Display name for events without a user. */
  readonly robot_name: string;
  /** The shard setting of its index keys; `null` for one shard, the initial state. */
  readonly shards: ShardSetting | null;
  readonly created_at: string;
  /** When it was suspended: nothing of it can be read and nothing is sent; `null` if it is active. */
  readonly suspended_at: string | null;
};

/** Default settings. */
export const orgDefaults = { time_zone: "UTC", robot_name: "System" } as const;

/** Changes of the settings of an organisation. */
export type OrgUpdate = {
  readonly [setting in "name" | "slug" | "account_number" | "time_zone" | "robot_name"]?: string | undefined;
} & { readonly shards?: ShardCount | undefined };

/** Whether a text is the name of a known time zone. Offsets are not accepted: they have no daylight saving time. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
