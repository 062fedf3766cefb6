import type { Stage } from "#infra/config.ts";
import { prices } from "./prices.ts";
import { gb, million, perEvent } from "./workload.ts";

/** A line of the bill. `resource-costs.ts` and the documentation refer to its name. */
export type CostLine = {
  readonly name: string;
  /** How the amount is computed, as text. */
  readonly basis: string;
  readonly dollars: number;
};

export type Volume = {
  readonly eventsPerMonth: number;
  /** Months at that rate; all events are kept. */
  readonly months: number;
};

export type StorageSettings = Pick<Stage, "tableClass"> & { readonly backup: NonNullable<Stage["backup"]> };

const daysOfMonth = 730 / 24;

/** Returns the costs that grow with the events, for the last of the months. */
export function monthlyCosts(settings: StorageSettings, volume: Volume): CostLine[] {
  return [...writeCosts(settings, volume), ...keepCosts(settings, volume)];
}

/** Returns what it costs to store the events of a month and to log them, without what it costs to keep them. */
export function writeCosts({ tableClass }: StorageSettings, { eventsPerMonth }: Volume): CostLine[] {
  const batches = eventsPerMonth / perEvent.batch;
  const run = functionDollars({ calls: batches, ms: perEvent.batchMs, memoryGb: perEvent.functionGb });
  const auditGb = (eventsPerMonth * perEvent.auditLineBytes) / gb;
  // Ingest, audit, sequencer and fan-out each write one line.
  const metricGb = (4 * batches * perEvent.metricLineBytes) / gb;
  const units = (eventsPerMonth * perEvent.writeUnits) / million;
  const ledgerUnits = (eventsPerMonth * perEvent.ledgerUnits) / million;
  return [
    {
      name: "event writes",
      basis: `${perEvent.writeUnits} write units an event, at the price of the table class`,
      dollars: units * prices.dynamodb[tableClass].write,
    },
    {
      name: "ingest queue",
      basis: "ten events a call, as the emitter sends them: send, receive and delete",
      dollars: ((3 * batches) / million) * prices.sqs.millionCalls,
    },
    {
      name: "ingest function",
      basis: `one invocation for ${perEvent.batch} events, 512 MB for ${perEvent.batchMs} ms`,
      dollars: run,
    },
    {
      name: "stream functions",
      basis: "audit, sequencer and fan-out, each like the ingest function; Lambda reads streams free of charge",
      dollars: 3 * run,
    },
    {
      name: "ledger writes",
      basis: `${perEvent.ledgerUnits} write units an event, if each event of a batch is of another organisation`,
      dollars: ledgerUnits * prices.dynamodb.STANDARD.write,
    },
    {
      name: "ledger reads",
      basis: "as many read units: the end of each log, and the claim of the batch",
      dollars: ledgerUnits * prices.dynamodb.STANDARD.read,
    },
    {
      name: "audit log, written",
      basis: `${perEvent.auditLineBytes.toLocaleString("en-US")} bytes an event`,
      dollars: auditGb * prices.logs.ingestGb,
    },
    {
      name: "function logs",
      basis: `four lines of metrics for ${perEvent.batch} events, ${perEvent.metricLineBytes} bytes each`,
      dollars: metricGb * prices.logs.ingestGb,
    },
  ];
}

function keepCosts({ tableClass, backup }: StorageSettings, { eventsPerMonth, months }: Volume): CostLine[] {
  const { dynamodb, logs } = prices;
  const tableGb = (after: number) => (after * eventsPerMonth * perEvent.itemBytes) / gb;
  const ledgerGb = (after: number) => (after * eventsPerMonth * perEvent.ledgerBytes) / gb;
  const bothGb = (after: number) => tableGb(after) + ledgerGb(after);
  const monthlyCopies = Math.min(months, Math.round(backup.keepMonthlyDays / daysOfMonth));
  const copiedGb = Array.from({ length: monthlyCopies }, (_, ago) => bothGb(months - ago)).reduce((a, b) => a + b, 0);
  const warmed = ((dynamodb.copyWarm - dynamodb.copyCold) * bothGb(months) * backup.monthlyToColdDays) / daysOfMonth;
  const auditGb = (months * eventsPerMonth * perEvent.auditLineBytes) / gb;
  return [
    {
      name: "table and indexes",
      basis: `${perEvent.itemBytes} bytes an event in the table and in each of ${perEvent.copies - 1} indexes`,
      dollars: tableGb(months) * perEvent.copies * dynamodb[tableClass].storage,
    },
    {
      name: "ledger",
      basis: `${perEvent.ledgerBytes} bytes an event at most, less if a chunk has several events`,
      dollars: ledgerGb(months) * dynamodb.STANDARD.storage,
    },
    {
      name: "point-in-time recovery",
      basis: `${perEvent.itemBytes} bytes an event, and ${perEvent.ledgerBytes} in the ledger; indexes are not billed`,
      dollars: bothGb(months) * dynamodb.pointInTimeRecovery,
    },
    {
      name: "daily copies",
      basis: "full copies in warm storage, each as large as the events table and the ledger",
      dollars: bothGb(months) * backup.keepDailyDays * dynamodb.copyWarm,
    },
    {
      name: "monthly copies",
      basis: `full copies of both tables at the time, in cold storage from day ${backup.monthlyToColdDays + 1} on`,
      dollars: copiedGb * dynamodb.copyCold + warmed,
    },
    {
      name: "audit log, kept",
      basis: `for ten years, at ${100 * perEvent.stored} % of its bytes`,
      dollars: auditGb * perEvent.stored * logs.storageGb,
    },
  ];
}

/** Returns the costs of the invocations of a function. */
export function functionDollars({ calls, ms, memoryGb }: { calls: number; ms: number; memoryGb: number }): number {
  const { millionInvocations, gbSecond } = prices.lambda;
  return (calls / million) * millionInvocations + calls * (ms / 1_000) * memoryGb * gbSecond;
}

export function total(lines: readonly Pick<CostLine, "dollars">[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}
