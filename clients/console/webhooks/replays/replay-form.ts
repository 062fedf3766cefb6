import type { ReplayRange } from "#clients/client/finzbooks/replays.ts";
import type { Schemas } from "#clients/client/openapi-types.ts";
import { parseTime, toLocalInput } from "#clients/console/ui/local-time.ts";
import { locale } from "#clients/console/ui/locale.ts";

/** The periods of a replay that end now, in milliseconds; `custom` has its own bounds. */
export const replayPeriods = { "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000, "30d": 2_591_700_000 } as const;

export type ReplayPeriod = keyof typeof replayPeriods | "custom";

/** What a reader has entered for a replay. Custom bounds are local times, as `<input type="datetime-local">` has them. */
export type ReplayForm = {
  readonly period: ReplayPeriod;
  readonly since: string;
  readonly until: string;
  readonly only: "failed" | "all";
};

export const initialReplayForm: ReplayForm = { period: "24h", since: "", until: "", only: "failed" };

/** Returns the form for a range that an address names, as that of an endpoint that was enabled does. */
export function parseReplayForm(query: URLSearchParams): ReplayForm {
  const [since, until] = [query.get("since"), query.get("until")];
  if (since === null || until === null) return initialReplayForm;
  const only = query.get("only") === "all" ? "all" : "failed";
  return { period: "custom", since: toMinute(since, Math.floor), until: toMinute(until, Math.ceil), only };
}

/** Returns the value of a field, which has minutes: none of the range must be cut. Empty for an invalid time. */
function toMinute(time: string, round: (minutes: number) => number): string {
  const timeMs = parseTime(time);
  return timeMs === null ? "" : toLocalInput(round(timeMs / 60_000) * 60_000).slice(0, 16);
}

/** Returns the range of a replay; `null` if a custom bound is missing or invalid. */
export function toReplayRange({ period, since, until, only }: ReplayForm, nowMs: number): ReplayRange | null {
  if (period !== "custom") return { since: new Date(nowMs - replayPeriods[period]).toISOString(), only };
  const from = Date.parse(since);
  const to = Date.parse(until);
  if (Number.isNaN(from) || Number.isNaN(to) || from > to) return null;
  return { since: new Date(from).toISOString(), until: new Date(to).toISOString(), only };
}

/** Returns what a dry run found, in a sentence. */
export function formatCount(
  { count, examined, complete }: Schemas["WebhookReplayCount"],
  only: ReplayForm["only"],
): string {
  const what =
    only === "failed" ? plural(count, "failed delivery", "failed deliveries") : plural(count, "event", "events");
  if (complete) return count === 0 ? "Nothing matches." : `${number(count)} ${what} will be sent.`;
  return `At least ${number(count)} ${what} will be sent: the newest ${number(examined)} of the period were examined.`;
}

/** The progress of a replay. `total` is that of the dry run before it, `null` if unknown. */
export type ReplayProgress = {
  readonly label: string;
  readonly tone: "positive" | "negative" | "neutral";
  /** From 0 to 1; `null` if the total is unknown. */
  readonly share: number | null;
};

/** Returns the progress of a replay. */
export function toProgress({ status, sent }: Schemas["WebhookReplay"], total: number | null): ReplayProgress {
  const ofTotal = total === null || total < sent ? "" : ` of ${number(total)}`;
  const figure = `${number(sent)}${ofTotal} sent`;
  if (status === "done") return { label: `Done: ${number(sent)} sent`, tone: "positive", share: 1 };
  const share = total === null || total === 0 ? null : Math.min(1, sent / total);
  if (status === "stopped") return { label: `Stopped: ${figure}`, tone: "negative", share };
  return { label: sent === 0 ? "Waiting to start" : `Running: ${figure}`, tone: "neutral", share };
}

function number(value: number): string {
  return value.toLocaleString(locale);
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
