import * as z from "zod";
import { type ApiCredentials, callApi, withRateLimitRetry } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, findCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import { toPrintable } from "#clients/cli/output.ts";
import { createProgressBar } from "#clients/cli/progress-bar.ts";
import { parseTimeRangeOptions, sinceOption, untilOption } from "#clients/cli/time-options.ts";
import { endpointPath } from "#clients/cli/webhooks/endpoint-view.ts";
import { deliveryRetentionDays, deliveryRetentionMs } from "#shared/webhooks/delivery-lifetime.ts";

const replayResponseSchema = z.object({
  replay: z.looseObject({ replay_id: z.string(), status: z.string(), examined: z.number(), sent: z.number() }),
});

type ReplayResponse = z.infer<typeof replayResponseSchema>;

const dryRunResponseSchema = z.object({
  replay: z.looseObject({ count: z.number(), examined: z.number(), complete: z.boolean() }),
});

const pauseMs = 500;

/** Throws `CliError` for a time before which failed deliveries are unknown: the stack would refuse it moments later. */
function assertWithinRetention(since: string | null, now: Date): void {
  if (since === null || since > new Date(now.getTime() - deliveryRetentionMs).toISOString()) return;
  const remedy = `Give --since ${deliveryRetentionDays - 1}d or less, or --only all.`;
  throw new CliError("usage", `--since: failed deliveries are kept for ${deliveryRetentionDays} days. ${remedy}`);
}

export const webhooksReplay = defineCommand({
  name: "webhooks replay",
  summary: "Sends stored events to an endpoint again and waits until all of them are queued.",
  examples: [
    "webhooks replay wh_0123456789abcdef0123456789abcdef --since 24h --dry-run",
    "webhooks replay wh_0123456789abcdef0123456789abcdef --since 7d --only all",
  ],
  operands: ["ENDPOINT_ID"],
  options: {
    since: { ...sinceOption, required: true },
    until: { ...untilOption, help: `${untilOption.help}; default now` },
    events: { value: "FILTER", multiple: true, help: "only these, of the event types that the endpoint subscribes to" },
    only: {
      value: "failed|all",
      help: `failed: events never delivered (default, at most ${deliveryRetentionDays - 1}d back); all: every event`,
    },
    "dry-run": { help: "only count the events that would be sent" },
    ...credentialOptions,
  },
  async run(args, context) {
    const { since, until } = parseTimeRangeOptions((option) => args.text(option), context.now());
    const only = args.text("only");
    const events = args.list("events");
    if (only !== "all") assertWithinRetention(since, context.now());
    const body = {
      since,
      ...(until === null ? {} : { until }),
      ...(events.length === 0 ? {} : { events }),
      ...(only === undefined ? {} : { only }),
      ...(args.flag("dry-run") ? { dry_run: true } : {}),
    };
    const endpointId = args.operand("ENDPOINT_ID");
    const endpoint = endpointPath(endpointId);
    const request = { method: "POST", path: `${endpoint}/replay`, body } as const;
    const access = await findCredentials(args, context);
    if (args.flag("dry-run")) {
      const { body: json } = await callApi(access, request, dryRunResponseSchema);
      return { json, text: formatDryRun(json, only) };
    }
    const { body: started } = await callApi(access, request, replayResponseSchema);
    const json = await waitForReplay(access, endpoint, started, context);
    const { status, examined, sent } = json.replay;
    const result = `${formatMatches(examined, sent, only, "had")} Sent ${sent}.`;
    const arrived = sent === 0 ? "" : ` To see which arrive: webhooks deliveries ${toPrintable(endpointId)}`;
    if (status === "done") return { json, text: `${result}${arrived}` };
    const why = "the endpoint is disabled or deleted, or the organisation is suspended";
    return { json, text: `The replay stopped: ${why}. Until then: ${result}`, exit: exitCodes.failed };
  },
});

async function waitForReplay(
  access: ApiCredentials,
  endpoint: string,
  started: ReplayResponse,
  context: CommandContext,
): Promise<ReplayResponse> {
  const path = `${endpoint}/replays/${encodeURIComponent(started.replay.replay_id)}`;
  const interruption = context.interruption();
  const bar = createProgressBar(context);
  try {
    let current = started;
    while (current.replay.status === "running") {
      if (interruption.aborted) throw new CliError("failed", "Interrupted. The replay itself goes on.");
      bar.show(null, `${current.replay.examined} events examined, ${current.replay.sent} sent`);
      await context.sleep(pauseMs);
      current = await withRateLimitRetry(
        async () => (await callApi(access, { path }, replayResponseSchema)).body,
        context,
      );
    }
    return current;
  } finally {
    bar.clear();
  }
}

function formatDryRun(
  { replay: { count, examined, complete } }: z.infer<typeof dryRunResponseSchema>,
  only?: string,
): string {
  const result = `${formatMatches(examined, count, only, "has")} It would send ${count}.`;
  return complete ? result : `${result} Only the newest part was examined; older events may match, too.`;
}

/** Returns how many of the examined events a replay sends, and which. */
function formatMatches(examined: number, count: number, only: string | undefined, has: "has" | "had"): string {
  const matches = count === 1 ? "matches" : "match";
  const have = has === "has" && count !== 1 ? "have" : has;
  const undelivered = only === "all" ? "" : ` and ${have} not been delivered`;
  return `Examined ${examined} ${examined === 1 ? "event" : "events"}: ${count} ${matches}${undelivered}.`;
}
