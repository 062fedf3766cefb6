import type { ShardCount, ShardSetting } from "#shared/events/shards/shards.ts";

/** One organisation of the platform, and what its dialects need to know of it. */
export type Org = {
  readonly org_id: string;
  readonly name: string;
  /** Its name in URLs of dialects that address organisations by one; unique. */
  readonly slug: string | null;
  /** The number that its books are known by; dialects that need one show the id where there is none. */
  readonly account_number: string | null;
  /** IANA name of the zone that dialects without UTC show times in. */
  readonly time_zone: string;
  /** Who did what no user did, where a dialect wants a name. */
  readonly robot_name: string;
  /** How many shards its index keys have; `null` for one, which all have to begin with. */
  readonly shards: ShardSetting | null;
  readonly created_at: string;
  /** Since when nothing of it is readable and nothing is sent; `null` if it is not suspended. */
  readonly suspended_at: string | null;
};

/** What an organisation has until it is told otherwise. */
export const orgDefaults = { time_zone: "UTC", robot_name: "System" } as const;

/** What may be changed of an organisation. */
export type OrgUpdate = {
  readonly [setting in "name" | "slug" | "account_number" | "time_zone" | "robot_name"]?: string | undefined;
} & { readonly shards?: ShardCount | undefined };

/** Whether a text names a time zone that this system has rules for. Bare offsets do not: they know no summer time. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
