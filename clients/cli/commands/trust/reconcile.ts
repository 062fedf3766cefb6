import { defineCommand } from "#clients/cli/command.ts";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError, exitCodes } from "#clients/cli/command-result.ts";
import { formatTable, type TableColumn } from "#clients/cli/output.ts";
import { createProgressBar } from "#clients/cli/progress-bar.ts";
import { invokeFunction } from "#clients/cli/stack/invoke-function.ts";
import { resolveStack, type StackConnection } from "#clients/cli/stack/resolve-stack.ts";
import { parseDuration } from "#clients/cli/time-options.ts";
import {
  type ReconciledOrg,
  type ReconcileRequest,
  type ReconcileResponse,
  reconcileResponseSchema,
} from "#shared/ledger/reconcile/reconcile-request.ts";

/** Attempts for each part: a transient error must not end a run that takes hours. */
const maxAttempts = 5;
const pauseMs = 2_000;

const defaultAge = "25h";

type ReconcileOptions = Omit<ReconcileRequest, "cursor">;

export const trustReconcile = defineCommand({
  name: "trust reconcile",
  summary: "Gives a sequence to each event that has none, because it is older than the change feed or was discarded.",
  examples: ["trust reconcile --dry-run"],
  options: {
    org: { value: "ID", help: "only this organisation; default all" },
    "older-than": {
      value: "25h|7d",
      help: `leave younger events to the sequencer, which may still have them; at least 25h, default ${defaultAge}`,
    },
    notify: { help: "also send webhooks for these events" },
    "dry-run": { help: "only count the events" },
  },
  async run(args, context) {
    const options: ReconcileOptions = {
      action: "trust.reconcile",
      org_id: args.text("org") ?? null,
      older_than_ms: parseAge(args.text("older-than") ?? defaultAge),
      dry_run: args.flag("dry-run"),
      notify: args.flag("notify"),
    };
    const stack = await resolveStack(context, args.text("stack"));
    const orgs = await reconcileAll(stack, options, context);
    const sum = (count: "events" | "missing" | "too_young" | "unreadable") =>
      orgs.reduce((total, org) => total + org[count], 0);
    const failed = orgs.filter(({ outcome }) => outcome === "failed").length;
    const json = {
      dry_run: options.dry_run,
      orgs_examined: orgs.length,
      orgs_failed: failed,
      events: sum("events"),
      missing: sum("missing"),
      too_young: sum("too_young"),
      unreadable: sum("unreadable"),
      orgs: orgs.filter(isConcerned).map(({ progress: _, ...org }) => org),
    };
    const rows = json.orgs.length === 0 ? [] : [formatTable(columns, json.orgs, context.columns)];
    const exit = failed > 0 || json.unreadable > 0 ? exitCodes.incomplete : exitCodes.done;
    return { json, text: [...rows, formatSummary(json)].join("\n"), exit };
  },
});

function parseAge(text: string): number {
  const duration = parseDuration(text);
  if (duration !== null && duration.years === 0) return duration.ms;
  throw new CliError("usage", `--older-than must be a duration such as 25h or 7d, not '${text}'.`);
}

function isConcerned({ outcome, missing, too_young, unreadable }: ReconciledOrg): boolean {
  return outcome === "failed" || missing > 0 || too_young > 0 || unreadable > 0;
}

/** Reconciles part after part. Returns the last report of each organisation, whose counts include those before. */
async function reconcileAll(
  stack: StackConnection,
  options: ReconcileOptions,
  context: CommandContext,
): Promise<readonly ReconciledOrg[]> {
  const orgs = new Map<string, ReconciledOrg>();
  const bar = createProgressBar(context);
  const started = context.now().getTime();
  let cursor: string | null = null;
  try {
    do {
      const { reconcile }: ReconcileResponse = await reconcilePart(stack, { ...options, cursor }, context);
      for (const org of reconcile.orgs) orgs.set(org.org_id, org);
      cursor = reconcile.next;
      const elapsedMs = context.now().getTime() - started;
      bar.show(reconcile.progress, formatProgress([...orgs.values()], reconcile.progress, elapsedMs));
    } while (cursor !== null);
    return [...orgs.values()];
  } finally {
    bar.clear();
  }
}

/** Retries a part. It appends no event twice. */
async function reconcilePart(
  stack: StackConnection,
  request: ReconcileRequest,
  context: CommandContext,
): Promise<ReconcileResponse> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await invokeFunction(stack, "reconcile", request, reconcileResponseSchema);
    } catch (error) {
      const isFinal = error instanceof CliError && error.exit === exitCodes.usage;
      if (isFinal || attempt === maxAttempts) throw error;
      await context.sleep(pauseMs * attempt);
    }
  }
}

function formatProgress(orgs: readonly ReconciledOrg[], share: number, elapsedMs: number): string {
  const sum = (count: "events" | "missing") => orgs.reduce((total, org) => total + org[count], 0);
  const rate = Math.round((sum("events") * 1_000) / Math.max(1, elapsedMs));
  const leftMs = share > 0 ? (elapsedMs * (1 - share)) / share : null;
  const left = leftMs === null ? "" : `, about ${formatMinutes(leftMs)} left`;
  return `${orgs.length} organisations, ${sum("events")} events compared (${rate} a second), ${sum("missing")} missing${left}`;
}

function formatMinutes(ms: number): string {
  const minutes = Math.ceil(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

type ShownOrg = Omit<ReconciledOrg, "progress">;

const columns: readonly TableColumn<ShownOrg>[] = [
  { title: "ORG", cell: ({ org_id }) => org_id },
  {
    title: "OUTCOME",
    cell: ({ outcome }) => outcome,
    style: ({ outcome }) => (outcome === "failed" ? "red" : "green"),
  },
  { title: "EVENTS", cell: ({ events }) => String(events) },
  { title: "MISSING", cell: ({ missing }) => String(missing) },
  { title: "TOO YOUNG", cell: ({ too_young }) => String(too_young) },
  { title: "UNREADABLE", cell: ({ unreadable }) => String(unreadable) },
  { title: "REASON", cell: ({ reason }) => reason ?? "-" },
];

type ReconcileTotals = Readonly<
  Record<"orgs_examined" | "orgs_failed" | "events" | "missing" | "too_young" | "unreadable", number>
>;

function formatSummary(totals: ReconcileTotals & { readonly dry_run: boolean }): string {
  const { orgs_examined, orgs_failed, events, missing, too_young, unreadable, dry_run } = totals;
  const sentences = [
    `Compared ${events} events of ${orgs_examined} organisations.`,
    dry_run ? `Events to append: ${missing}.` : `Events appended: ${missing}.`,
    ...(too_young > 0
      ? [`Left to the sequencer: ${too_young}. Run the command again when they are 25 hours old.`]
      : []),
    ...(unreadable > 0 ? [`Unreadable in this release: ${unreadable}.`] : []),
    ...(orgs_failed > 0 ? [`Organisations whose log is damaged: ${orgs_failed}.`] : []),
  ];
  return sentences.join(" ");
}
