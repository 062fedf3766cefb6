import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { CommandContext } from "#clients/cli/command-context.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { createProgressBar } from "#clients/cli/progress-bar.ts";
import type { StackRef } from "#clients/cli/stack/stack.ts";
import type { AuditRow, AuditWindow } from "#shared/audit/evaluate.ts";
import { toInsightsQuery, toOrgLinesQuery } from "#shared/audit/insights.ts";
import type { LineField } from "#shared/audit/lines.ts";
import { maxRows, type SavedQuery } from "#shared/audit/saved-query.ts";
import { createOrgReader } from "#shared/auth/dynamodb/org-reader.ts";
import { type AuditLogSource, columnsOf } from "./source.ts";

const pauseMs = 500;

/** The audit logs of a deployed stack, asked through CloudWatch Logs Insights. */
export function createInsightsSource(stack: StackRef, context: CommandContext): AuditLogSource {
  const client = new CloudWatchLogsClient();

  const ask = async (log: SavedQuery["from"], queryString: string, { since, until }: AuditWindow) => {
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupName: stack.audit[log],
        queryString,
        startTime: Date.parse(since) / 1_000,
        endTime: Date.parse(until) / 1_000,
      }),
    );
    return finished(client, queryId, context);
  };

  return {
    async runQuery(query, filled, window) {
      const queryString = textOf(() => toInsightsQuery(query, filled, window.org));
      const { results = [], statistics } = await ask(query.from, queryString, window);
      const rows = results.map((fields) => rowOf(query, fields));
      return { rows, isCut: rows.length >= maxRows, searchedLines: statistics?.recordsScanned ?? 0 };
    },
    async hasOrg(query, window, orgId) {
      const { results = [] } = await ask(query.from, toOrgLinesQuery(orgId), window);
      const count = results[0]?.find(({ field }) => field === "count")?.value ?? "0";
      return Number(count) > 0 || orgExists(stack, orgId);
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
  context: CommandContext,
): Promise<GetQueryResultsCommandOutput> {
  const interruption = context.interruption();
  const bar = createProgressBar(context);
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
      await context.sleep(pauseMs);
    }
  } finally {
    bar.clear();
  }
}

/** Columns of numbers, besides those that are computed. */
const numbers: ReadonlySet<string> = new Set(["late_seconds", "clock_skew_seconds", "count"] satisfies LineField[]);

/** CloudWatch answers texts, and adds columns of its own. */
function rowOf(
  query: SavedQuery,
  fields: readonly { field?: string | undefined; value?: string | undefined }[],
): AuditRow {
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

/** Whether a stack's config table has an organisation. Throws `CliError` where the caller may not read it. */
export async function orgExists({ clientConfig, tables }: StackRef, orgId: string): Promise<boolean> {
  const client = new DynamoDBClient(clientConfig("dynamodb"));
  try {
    return (await createOrgReader(client, tables.config).get(orgId)) !== null;
  } catch (cause) {
    throw new CliError(
      "failed",
      `The log has no line of ${orgId} in that time, and whether there is such an organisation cannot be read ` +
        `(dynamodb:GetItem on ${tables.config}): nothing is known.`,
      { cause },
    );
  }
}
