import { defineVerb } from "#clients/cli/command.ts";
import type { Session } from "#clients/cli/command-context.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import { progressBar } from "#clients/cli/emit/progress-bar.ts";
import { invoke } from "#clients/cli/invoke.ts";
import { findTarget, type Target } from "#clients/cli/stack.ts";
import { type Column, table } from "#clients/cli/table.ts";
import { readTimeRange, sinceOption, untilOption } from "#clients/cli/time-range.ts";
import {
  type RepairAnswer,
  type RepairCursor,
  type RepairedEndpoint,
  type RepairRequest,
  repairAnswer,
} from "#shared/webhooks/replays/repair-request.ts";

/** Attempts at each part of the work: a failure of DynamoDB must not end hours of it. */
const maxAttempts = 4;
const pauseMs = 2_000;

type Range = Omit<RepairRequest, "cursor">;

type Repaired = { orgs: number; endpoints: RepairedEndpoint[] };

export const webhooksRepair = defineVerb({
  name: "webhooks repair",
  summary: "Starts a replay to each endpoint, of any organisation, that misses deliveries of events of a time.",
  examples: ["webhooks repair --since 24h --dry-run"],
  options: {
    since: { ...sinceOption, required: true, help: `when the events happened: ${sinceOption.help}` },
    until: { ...untilOption, help: `${untilOption.help}; now when left out` },
    "dry-run": { help: "only show which endpoints miss something" },
  },
  async run(given, session) {
    const now = session.now();
    const { since, until } = readTimeRange((option) => given.text(option), now);
    const range: Range = {
      action: "webhooks.repair",
      since: since ?? "",
      until: until ?? now.toISOString(),
      dry_run: given.flag("dry-run"),
    };
    const target = await findTarget(session.cwd, given.text("stack"));
    const { orgs, endpoints } = await repairAll(target, range, session);
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
    const rows = endpoints.length === 0 ? [] : [table(shape, endpoints, session.columns)];
    return { json, text: [...rows, summaryOf(json)].join("\n") };
  },
});

async function repairAll(target: Target, range: Range, session: Session): Promise<Repaired> {
  const all: Repaired = { orgs: 0, endpoints: [] };
  const bar = progressBar(session);
  let cursor: RepairCursor | null = null;
  try {
    do {
      const { repair }: RepairAnswer = await repairPart(target, { ...range, cursor }, session);
      all.orgs += repair.orgs;
      all.endpoints.push(...repair.endpoints);
      cursor = repair.next;
      bar.show(repair.progress, `${all.orgs} organisations examined, ${all.endpoints.length} endpoints concerned`);
    } while (cursor !== null);
    return all;
  } finally {
    bar.clear();
  }
}

/** A part that is asked for again starts nothing twice: what was started is running, or misses nothing any more. */
async function repairPart(target: Target, request: RepairRequest, session: Session): Promise<RepairAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await invoke(target, "repair", request, repairAnswer);
    } catch (error) {
      const isFinal = error instanceof CliError && error.exit === exitCodes.usage;
      if (isFinal || attempt === maxAttempts) throw error;
      await session.sleep(pauseMs * attempt);
    }
  }
}

const shape: readonly Column<RepairedEndpoint>[] = [
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

type Counts = Readonly<Record<"orgs_examined" | "orgs_concerned" | "started" | "would_start" | "skipped", number>>;

function summaryOf(counts: Counts & { readonly dry_run: boolean }): string {
  const { orgs_examined, orgs_concerned, started, would_start, skipped, dry_run } = counts;
  const replays = dry_run ? `Replays that it would start: ${would_start}` : `Replays started: ${started}`;
  return `${replays}. Endpoints skipped: ${skipped}. Organisations concerned: ${orgs_concerned} of ${orgs_examined} examined.`;
}
