import * as z from "zod";
import { type ApiCredentials, callApi } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import { createProgressBar } from "#clients/cli/progress-bar.ts";
import { parseTimeRangeOptions, sinceOption, untilOption } from "#clients/cli/time-options.ts";
import { endpointPath } from "#clients/cli/webhooks/endpoint-view.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";
import { deliveryRetentionDays, deliveryRetentionMs } from "#shared/webhooks/delivery-lifetime.ts";

const replayResponseSchema = z.object({
  replay: z.looseObject({ replay_id: z.string(), status: z.string(), examined: z.number(), sent: z.number() }),
});

type ReplayResponse = z.infer<typeof replayResponseSchema>;

const dryRunResponseSchema = z.object({
  replay: z.looseObject({ count: z.number(), examined: z.number(), complete: z.boolean() }),
});

const pauseMs = 500;

/** Throws `CliError` if failed deliveries of that time have expired. The API checks it, too, after the stack was found. */
function assertWithinRetention(since: string | null, now: Date): void {
  if (since === null || since > new Date(now.getTime() - deliveryRetentionMs).toISOString()) return;
  const remedy = `Give ${deliveryRetentionDays - 1}d or less, or --only all.`;
  throw new CliError(
    "usage",
    `--since is too far back: failed deliveries are kept for ${deliveryRetentionDays} days. ${remedy}`,
  );
}

export const webhooksReplay = defineCommand({
  name: "webhooks replay",
  summary: "Queues stored events to be sent to an endpoint again, and waits until all are queued.",
  examples: [
    "webhooks replay wh_0123456789abcdef0123456789abcdef --since 24h --dry-run",
    "webhooks replay wh_0123456789abcdef0123456789abcdef --since 7d --only all",
  ],
  operands: ["ENDPOINT_ID"],
  options: {
    since: { ...sinceOption, required: true },
    until: { ...untilOption, help: `${untilOption.help}; default now` },
    events: { value: "FILTER", multiple: true, help: "only these event types; the endpoint must subscribe to them" },
    only: {
      value: "failed|all",
      help: `failed: only undelivered events (default, at most ${deliveryRetentionDays - 1}d back); all: every event`,
    },
    "dry-run": { help: "only count the events that would be queued" },
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
    const endpointUrlPath = endpointPath(endpointId);
    const request = { method: "POST", path: `${endpointUrlPath}/replay`, body } as const;
    const credentials = await resolveCredentials(args, context);
    if (args.flag("dry-run")) {
      const { body: json } = await callApi(credentials, request, dryRunResponseSchema);
      return { json, text: formatDryRun(json, only) };
    }
    const { body: started } = await callApi(credentials, request, replayResponseSchema);
    const json = await waitForReplay(credentials, endpointUrlPath, started, context);
    const { status, examined, sent } = json.replay;
    const summary = `Queued ${formatCount(examined, sent, only)}.`;
    const hint = sent === 0 ? "" : ` To see their delivery: webhooks deliveries ${toPrintable(endpointId)}`;
    if (status === "done") return { json, text: `${summary}${hint}` };
    const remedy = "Check that the endpoint exists and is enabled, and that the organisation is not suspended.";
    const text = `The replay ended early, with status ${toPrintable(status)}. ${summary} ${remedy}`;
    return { json, text, exit: exitCodes.failed };
  },
});

async function waitForReplay(
  credentials: ApiCredentials,
  endpointUrlPath: string,
  started: ReplayResponse,
  context: CommandContext,
): Promise<ReplayResponse> {
  const path = `${endpointUrlPath}/replays/${encodeURIComponent(started.replay.replay_id)}`;
  const interruption = context.installSignalHandlers();
  const bar = createProgressBar(context);
  try {
    let current = started;
    while (current.replay.status === "running") {
      if (interruption.aborted) throw new CliError("failed", "Interrupted. The replay continues in the stack.");
      bar.show(null, `${current.replay.examined} events examined, ${current.replay.sent} queued`);
      await context.sleep(pauseMs);
      ({ body: current } = await callApi(credentials, { path }, replayResponseSchema, { retries: context }));
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
  const summary = `Would queue ${formatCount(examined, count, only)}.`;
  return complete ? summary : `${summary} Only the newest part was examined; older events may match, too.`;
}

/** Returns how many of the examined events match: `3 undelivered events of 700 examined`. */
function formatCount(examined: number, count: number, only: string | undefined): string {
  const kind = only === "all" ? "matching" : "undelivered";
  return `${count} ${kind} ${count === 1 ? "event" : "events"} of ${examined} examined`;
}
