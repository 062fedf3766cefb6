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
import type { StackConnection } from "#clients/cli/stack/resolve-stack.ts";
import type { AuditRow, AuditWindow } from "#shared/audit/evaluate-query.ts";
import { toInsightsQuery, toOrgLinesQuery } from "#shared/audit/insights.ts";
import type { LineField } from "#shared/audit/line-types.ts";
import { maxRows, type SavedQuery } from "#shared/audit/saved-query.ts";
import { createOrgReader } from "#shared/auth/dynamodb/org-reader.ts";
import { type AuditLogSource, columnsOf } from "./source.ts";

const pauseMs = 500;

/** Creates a source of the audit logs of a deployed stack, on CloudWatch Logs Insights. */
export function createInsightsSource(stack: StackConnection, context: CommandContext): AuditLogSource {
  const client = new CloudWatchLogsClient();

  const runInsights = async (log: SavedQuery["from"], queryString: string, { since, until }: AuditWindow) => {
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupName: stack.audit[log],
        queryString,
        startTime: Date.parse(since) / 1_000,
        endTime: Date.parse(until) / 1_000,
      }),
    );
    return waitForResults(client, queryId, context);
  };

  return {
    async runQuery(query, filled, window) {
      const queryString = compileQuery(() => toInsightsQuery(query, filled, window.org));
      const { results = [], statistics } = await runInsights(query.from, queryString, window);
      const rows = results.map((fields) => rowOf(query, fields));
      return { rows, isCut: rows.length >= maxRows, searchedLines: statistics?.recordsScanned ?? 0 };
    },
    async hasOrg(query, window, orgId) {
      const { results = [] } = await runInsights(query.from, toOrgLinesQuery(orgId), window);
      const count = results[0]?.find(({ field }) => field === "count")?.value ?? "0";
      return Number(count) > 0 || orgExists(stack, orgId);
    },
  };
}

function compileQuery(compile: () => string): string {
  try {
    return compile();
  } catch (error) {
    if (error instanceof RangeError) throw new CliError("usage", error.message);
    throw error;
  }
}

async function waitForResults(
  client: CloudWatchLogsClient,
  queryId: string | undefined,
  context: CommandContext,
): Promise<GetQueryResultsCommandOutput> {
  const interruption = context.installSignalHandlers();
  const bar = createProgressBar(context);
  try {
    for (;;) {
      const response = await client.send(new GetQueryResultsCommand({ queryId }));
      if (response.status === "Complete") return response;
      if (response.status !== "Running" && response.status !== "Scheduled") {
        throw new CliError("failed", `CloudWatch Logs ended the query with status ${response.status}.`);
      }
      if (interruption.aborted) {
        await client.send(new StopQueryCommand({ queryId }));
        throw new CliError("failed", "Interrupted. The query was stopped.");
      }
      bar.show(null, `${response.statistics?.recordsScanned ?? 0} lines read`);
      await context.sleep(pauseMs);
    }
  } finally {
    bar.clear();
  }
}

/** Columns with numbers, besides the computed ones. */
const numbers: ReadonlySet<string> = new Set(["late_seconds", "clock_skew_seconds", "count"] satisfies LineField[]);

/** Converts a result to a row: CloudWatch returns texts, with columns of its own. */
function rowOf(
  query: SavedQuery,
  fields: readonly { field?: string | undefined; value?: string | undefined }[],
): AuditRow {
  const values = new Map(fields.map(({ field, value }) => [field, value]));
  const isNumber = (column: string) => numbers.has(column) || isComputedNumber(query, column);
  const valueOfColumn = (column: string) => {
    const value = values.get(column) ?? null;
    return value !== null && isNumber(column) ? Number(value) : value;
  };
  return Object.fromEntries(columnsOf(query).map((column) => [column, valueOfColumn(column)]));
}

function isComputedNumber({ result }: SavedQuery, column: string): boolean {
  const computed = result.kind === "groups" ? result.compute[column] : undefined;
  return computed !== undefined && !("last" in computed);
}

/** Returns whether the config table has an organisation. Throws `CliError` if the caller may not read it. */
export async function orgExists({ clientConfig, tables }: StackConnection, orgId: string): Promise<boolean> {
  const client = new DynamoDBClient(clientConfig("dynamodb"));
  try {
    return (await createOrgReader(client, tables.config).get(orgId)) !== null;
  } catch (cause) {
    throw new CliError(
      "failed",
      `No lines of ${orgId} in this range, and no permission to check that it exists: ` +
        `dynamodb:GetItem on ${tables.config}.`,
      { cause },
    );
  }
}
