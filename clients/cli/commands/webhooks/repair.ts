import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import { formatTable, type TableColumn } from "#clients/cli/output.ts";
import { createProgressBar } from "#clients/cli/progress-bar.ts";
import { invokeFunction } from "#clients/cli/stack/invoke-function.ts";
import { resolveStack, type StackConnection } from "#clients/cli/stack/resolve-stack.ts";
import { parseTimeRangeOptions, sinceOption, untilOption } from "#clients/cli/time-options.ts";
import {
  type RepairCursor,
  type RepairedEndpoint,
  type RepairRequest,
  type RepairResponse,
  repairResponseSchema,
} from "#shared/webhooks/replays/repair-request.ts";

/** Attempts for each part: a transient error must not end a repair that takes hours. */
const maxAttempts = 4;
const pauseMs = 2_000;

type RepairRange = Omit<RepairRequest, "cursor">;

type RepairTotals = { orgs: number; endpoints: RepairedEndpoint[] };

export const webhooksRepair = defineCommand({
  name: "webhooks repair",
  summary: "Starts a replay to each endpoint, of all organisations, that missed events of a range.",
  examples: ["webhooks repair --since 24h --dry-run"],
  options: {
    since: { ...sinceOption, required: true, help: `when the events occurred; ${sinceOption.help}` },
    until: { ...untilOption, help: `${untilOption.help}; default now` },
    "dry-run": { help: "only show the endpoints that missed events" },
  },
  async run(args, context) {
    const now = context.now();
    const { since, until } = parseTimeRangeOptions((option) => args.text(option), now);
    const range: RepairRange = {
      action: "webhooks.repair",
      since: since ?? "",
      until: until ?? now.toISOString(),
      dry_run: args.flag("dry-run"),
    };
    const stack = await resolveStack(context, args.text("stack"));
    const { orgs, endpoints } = await repairAll(stack, range, context);
    const count = (outcome: RepairedEndpoint["outcome"]) => endpoints.filter((one) => one.outcome === outcome).length;
    const json = {
      since: range.since,
      until: range.until,
      dry_run: range.dry_run,
      orgs_examined: orgs,
      orgs_concerned: new Set(endpoints.map(({ org_id }) => org_id)).size,
      started: count("started"),
      would_start: count("would_start"),
      skipped: count("skipped"),
      endpoints,
    };
    const rows = endpoints.length === 0 ? [] : [formatTable(columns, endpoints, context.columns)];
    return { json, text: [...rows, formatSummary(json)].join("\n") };
  },
});

async function repairAll(stack: StackConnection, range: RepairRange, context: CommandContext): Promise<RepairTotals> {
  const all: RepairTotals = { orgs: 0, endpoints: [] };
  const bar = createProgressBar(context);
  let cursor: RepairCursor | null = null;
  try {
    do {
      const { repair }: RepairResponse = await repairPart(stack, { ...range, cursor }, context);
      all.orgs += repair.orgs;
      all.endpoints.push(...repair.endpoints);
      cursor = repair.next;
      bar.show(
        repair.progress,
        `${all.orgs} organisations with endpoints examined, ${all.endpoints.length} endpoints affected`,
      );
    } while (cursor !== null);
    return all;
  } finally {
    bar.clear();
  }
}

/** Retries a part. That starts no replay twice: an endpoint with a running or finished replay is skipped. */
async function repairPart(
  stack: StackConnection,
  request: RepairRequest,
  context: CommandContext,
): Promise<RepairResponse> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await invokeFunction(stack, "repair", request, repairResponseSchema);
    } catch (error) {
      const isFinal = error instanceof CliError && error.exit === exitCodes.usage;
      if (isFinal || attempt === maxAttempts) throw error;
      await context.sleep(pauseMs * attempt);
    }
  }
}

const columns: readonly TableColumn<RepairedEndpoint>[] = [
  { title: "ORG", cell: ({ org_id }) => org_id },
  { title: "ENDPOINT", cell: ({ endpoint_id }) => endpoint_id },
  {
    title: "OUTCOME",
    cell: ({ outcome }) => outcome.replace("_", " "),
    style: ({ outcome }) => (outcome === "skipped" ? "yellow" : "green"),
  },
  { title: "MISSING", cell: ({ count, complete }) => `${count}${complete ? "" : " or more"}` },
  { title: "REASON", cell: ({ reason, replay_id }) => reason?.replace("_", " ") ?? replay_id ?? "-" },
];

type RepairCounts = Readonly<
  Record<"orgs_examined" | "orgs_concerned" | "started" | "would_start" | "skipped", number>
>;

function formatSummary(counts: RepairCounts & { readonly dry_run: boolean }): string {
  const { orgs_examined, orgs_concerned, started, would_start, skipped, dry_run } = counts;
  const replays = dry_run ? `Replays to start: ${would_start}` : `Replays started: ${started}`;
  return `${replays}. Endpoints skipped: ${skipped}. Organisations affected: ${orgs_concerned} of ${orgs_examined} with endpoints.`;
}
