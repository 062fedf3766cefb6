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

const replayResponseSchema = z.object({
  replay: z.looseObject({ replay_id: z.string(), status: z.string(), examined: z.number(), sent: z.number() }),
});

type ReplayResponse = z.infer<typeof replayResponseSchema>;

const dryRunResponseSchema = z.object({
  replay: z.looseObject({ count: z.number(), examined: z.number(), complete: z.boolean() }),
});

const pauseMs = 500;

export const webhooksReplay = defineCommand({
  name: "webhooks replay",
  summary: "Sends events of the log to an endpoint again, and waits until all of them are on their way.",
  examples: [
    "webhooks replay wh_0123456789abcdef0123456789abcdef --since 24h --dry-run",
    "webhooks replay wh_0123456789abcdef0123456789abcdef --since 7d --only all",
  ],
  operands: ["ENDPOINT_ID"],
  options: {
    since: { ...sinceOption, required: true },
    until: { ...untilOption, help: `${untilOption.help}; now when left out` },
    events: { value: "FILTER", multiple: true, help: "only these, of what the endpoint gets anyway" },
    only: { value: "failed|all", help: "what never arrived, or all of it; failed when left out" },
    "dry-run": { help: "only count what would be sent" },
    ...credentialOptions,
  },
  async run(args, context) {
    const { since, until } = parseTimeRangeOptions((option) => args.text(option), context.now());
    const [only, events] = [args.text("only"), args.list("events")];
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
    const arrived = sent === 0 ? "" : ` Which of them arrive or fail: webhooks deliveries ${toPrintable(endpointId)}`;
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

/** How many of the events that a replay looked at are those that it sends, and what they have in common. */
function formatMatches(examined: number, count: number, only: string | undefined, has: "has" | "had"): string {
  const matches = count === 1 ? "matches" : "match";
  const have = has === "has" && count !== 1 ? "have" : has;
  const undelivered = only === "all" ? "" : ` and ${have} not been delivered`;
  return `Examined ${examined} ${examined === 1 ? "event" : "events"}: ${count} ${matches}${undelivered}.`;
}
