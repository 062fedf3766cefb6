import { setTimeout } from "node:timers/promises";
import { createChangesHandler } from "#shared/api/changes/handler.ts";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { createSuspendedOrgReader } from "#shared/auth/dynamodb/suspended-org-store.ts";
import { createTokenUsageStore } from "#shared/auth/dynamodb/token-usage-store.ts";
import { SuspendedOrgCache, withUsableOrgs } from "#shared/auth/orgs/suspended-orgs.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createSequencedEventReader } from "#shared/ledger/feed/dynamodb/sequenced-event-reader.ts";
import { createWaitLeaseStore } from "#shared/ledger/feed/dynamodb/wait-lease-store.ts";
import { reportWithheldChanges } from "#shared/ledger/feed/observability/report-withheld-changes.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";
import { reportDamagedItems } from "#shared/platform/observability/damaged-items.ts";

const client = createDynamoClient();
const config = env(envVars.configTable);
const events = env(envVars.eventsTable);
const now = () => new Date();
const suspended = new SuspendedOrgCache(createSuspendedOrgReader(client, config), now);

/** Serves the change feed. A function of its own: its requests may wait, and must not take the instances of lists. */
export const handler = createHttpHandler({
  name: "changes",
  handle: createChangesHandler({
    ledger: createLedgerStore(client, env(envVars.ledgerTable)),
    createEventReader: (meter) =>
      createSequencedEventReader(client, events, { meter, reportDamage: reportDamagedItems }),
    tokens: withUsableOrgs(createTokenUsageStore(client, config), suspended),
    waits: createWaitLeaseStore(client, config, { maxWaits: Number(env(envVars.changeWaits)), random: Math.random }),
    report: (orgId, changes) => reportWithheldChanges(orgId, changes, now()),
    now,
    sleep: (ms) => setTimeout(ms),
  }),
  prefetch: () => suspended.prefetch(),
  renderError,
});
