import * as z from "zod";
import { type ApiAccess, callApi, patiently } from "#clients/cli/activity-api.ts";
import { accessOptions, findAccess } from "#clients/cli/api-credentials.ts";
import { defineVerb } from "#clients/cli/command.ts";
import type { Session } from "#clients/cli/command-context.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import { progressBar } from "#clients/cli/emit/progress-bar.ts";
import { printable } from "#clients/cli/printable.ts";
import { readTimeRange, sinceOption, untilOption } from "#clients/cli/time-range.ts";
import { endpointPath } from "#clients/cli/webhooks/endpoint.ts";

const running = z.object({
  replay: z.looseObject({ replay_id: z.string(), status: z.string(), examined: z.number(), sent: z.number() }),
});

type Running = z.infer<typeof running>;

const counted = z.object({
  replay: z.looseObject({ count: z.number(), examined: z.number(), complete: z.boolean() }),
});

const pauseMs = 500;

export const webhooksReplay = defineVerb({
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
    ...accessOptions,
  },
  async run(given, session) {
    const { since, until } = readTimeRange((option) => given.text(option), session.now());
    const [only, events] = [given.text("only"), given.list("events")];
    const body = {
      since,
      ...(until === null ? {} : { until }),
      ...(events.length === 0 ? {} : { events }),
      ...(only === undefined ? {} : { only }),
      ...(given.flag("dry-run") ? { dry_run: true } : {}),
    };
    const endpointId = given.operand("ENDPOINT_ID");
    const endpoint = endpointPath(endpointId);
    const request = { method: "POST", path: `${endpoint}/replay`, body } as const;
    const access = await findAccess(given, session);
    if (given.flag("dry-run")) {
      const { body: json } = await callApi(access, request, counted);
      return { json, text: prediction(json, only) };
    }
    const { body: started } = await callApi(access, request, running);
    const json = await followed(access, endpoint, started, session);
    const { status, examined, sent } = json.replay;
    const result = `${matched(examined, sent, only, "had")} Sent ${sent}.`;
    const arrived = sent === 0 ? "" : ` Which of them arrive or fail: webhooks deliveries ${printable(endpointId)}`;
    if (status === "done") return { json, text: `${result}${arrived}` };
    const why = "the endpoint is disabled or deleted, or the organisation is suspended";
    return { json, text: `The replay stopped: ${why}. Until then: ${result}`, exit: exitCodes.failed };
  },
});

async function followed(access: ApiAccess, endpoint: string, started: Running, session: Session): Promise<Running> {
  const path = `${endpoint}/replays/${encodeURIComponent(started.replay.replay_id)}`;
  const interruption = session.interruption();
  const bar = progressBar(session);
  try {
    let current = started;
    while (current.replay.status === "running") {
      if (interruption.aborted) throw new CliError("failed", "Interrupted. The replay itself goes on.");
      bar.show(null, `${current.replay.examined} events examined, ${current.replay.sent} sent`);
      await session.sleep(pauseMs);
      current = await patiently(async () => (await callApi(access, { path }, running)).body, session);
    }
    return current;
  } finally {
    bar.clear();
  }
}

function prediction({ replay: { count, examined, complete } }: z.infer<typeof counted>, only?: string): string {
  const result = `${matched(examined, count, only, "has")} It would send ${count}.`;
  return complete ? result : `${result} Only the newest part was examined; older events may match, too.`;
}

/** How many of the events that a replay looked at are those that it sends, and what they have in common. */
function matched(examined: number, count: number, only: string | undefined, has: "has" | "had"): string {
  const matches = count === 1 ? "matches" : "match";
  const have = has === "has" && count !== 1 ? "have" : has;
  const undelivered = only === "all" ? "" : ` and ${have} not been delivered`;
  return `Examined ${examined} ${examined === 1 ? "event" : "events"}: ${count} ${matches}${undelivered}.`;
}
