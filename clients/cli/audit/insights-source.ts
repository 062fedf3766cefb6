import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Session } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { progressBar } from "#clients/cli/emit/progress-bar.ts";
import type { Target } from "#clients/cli/stack.ts";
import type { Row, Window } from "#shared/audit/evaluate.ts";
import { insightsQuery, orgLinesQuery } from "#shared/audit/insights.ts";
import type { Field } from "#shared/audit/lines.ts";
import { maxRows, type SavedQuery } from "#shared/audit/saved-query.ts";
import { hasOrg } from "./known-org.ts";
import { columnsOf, type ReviewSource } from "./source.ts";

const pauseMs = 500;

/** The audit logs of a deployed stack, asked through CloudWatch Logs Insights. */
export function insights(target: Target, session: Session): ReviewSource {
  const client = new CloudWatchLogsClient();

  const ask = async (log: SavedQuery["from"], queryString: string, { since, until }: Window) => {
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupName: target.audit[log],
        queryString,
        startTime: Date.parse(since) / 1_000,
        endTime: Date.parse(until) / 1_000,
      }),
    );
    return finished(client, queryId, session);
  };

  return {
    async answer(query, filled, window) {
      const queryString = textOf(() => insightsQuery(query, filled, window.org));
      const { results = [], statistics } = await ask(query.from, queryString, window);
      const rows = results.map((fields) => rowOf(query, fields));
      return { rows, isCut: rows.length >= maxRows, searchedLines: statistics?.recordsScanned ?? 0 };
    },
    async hasOrg(query, window, orgId) {
      const { results = [] } = await ask(query.from, orgLinesQuery(orgId), window);
      const count = results[0]?.find(({ field }) => field === "count")?.value ?? "0";
      return Number(count) > 0 || hasOrg(target, orgId);
    },
  };
}

function textOf(compile: () => string): string {
  try {
    return compile();
  } catch (error) {
    if (error instanceof RangeError) throw new CliError("usage", error.message);
    throw error;
  }
}

async function finished(
  client: CloudWatchLogsClient,
  queryId: string | undefined,
  session: Session,
): Promise<GetQueryResultsCommandOutput> {
  const interruption = session.interruption();
  const bar = progressBar(session);
  try {
    for (;;) {
      const answer = await client.send(new GetQueryResultsCommand({ queryId }));
      if (answer.status === "Complete") return answer;
      if (answer.status !== "Running" && answer.status !== "Scheduled") {
        throw new CliError("failed", `CloudWatch did not finish the query: ${answer.status}.`);
      }
      if (interruption.aborted) {
        await client.send(new StopQueryCommand({ queryId }));
        throw new CliError("failed", "Interrupted. The query is stopped.");
      }
      bar.show(null, `${answer.statistics?.recordsScanned ?? 0} lines read`);
      await session.sleep(pauseMs);
    }
  } finally {
    bar.clear();
  }
}

/** Columns of numbers, besides those that are computed. */
const numbers: ReadonlySet<string> = new Set(["late_seconds", "clock_skew_seconds", "count"] satisfies Field[]);

/** CloudWatch answers texts, and adds columns of its own. */
function rowOf(query: SavedQuery, fields: readonly { field?: string | undefined; value?: string | undefined }[]): Row {
  const values = new Map(fields.map(({ field, value }) => [field, value]));
  const isNumber = (column: string) => numbers.has(column) || isComputedNumber(query, column);
  const shown = (column: string) => {
    const value = values.get(column) ?? null;
    return value !== null && isNumber(column) ? Number(value) : value;
  };
  return Object.fromEntries(columnsOf(query).map((column) => [column, shown(column)]));
}

function isComputedNumber({ result }: SavedQuery, column: string): boolean {
  const computed = result.kind === "groups" ? result.compute[column] : undefined;
  return computed !== undefined && !("last" in computed);
}
