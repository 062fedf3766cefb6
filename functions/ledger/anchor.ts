import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { seedBytes } from "#shared/ledger/anchors/anchor-round.ts";
import { createAnchorHandler } from "#shared/ledger/aws/anchor-handler.ts";
import { createAnchorStore } from "#shared/ledger/aws/anchor-store.ts";
import { createCheckpointKeys } from "#shared/ledger/aws/checkpoint-keys.ts";
import { createAnchorProgressStore } from "#shared/ledger/dynamodb/anchor-progress-store.ts";
import { createCheckpointStore } from "#shared/ledger/dynamodb/checkpoint-store.ts";
import { createLedgerStore } from "#shared/ledger/dynamodb/ledger-store.ts";
import { createRoundStore } from "#shared/ledger/dynamodb/round-store.ts";
import { createTileStore } from "#shared/ledger/dynamodb/tile-store.ts";
import { parseWitnesses } from "#shared/ledger/witnesses/parse-witnesses.ts";
import { requestCosignatures, type WitnessPorts } from "#shared/ledger/witnesses/request-cosignatures.ts";
import { createQuarantineQueue } from "#shared/platform/aws/quarantine-queue.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env, optionalEnv } from "#shared/platform/handlers/env.ts";
import { errorFields, log } from "#shared/platform/observability/log.ts";
import { metricNames } from "#shared/platform/observability/metric-names.ts";
import { emitMetrics } from "#shared/platform/observability/metrics.ts";

const now = () => new Date();
const client = createDynamoClient();
const table = env(envVars.configTable);
const ledgerTable = env(envVars.ledgerTable);
const logName = env(envVars.logName);
const maxConflictPauseMs = 20;

const progress = createAnchorProgressStore(client, { table, ledgerTable });
const witnessPorts: WitnessPorts = {
  witnesses: parseWitnesses(optionalEnv(envVars.witnesses) ?? "[]"),
  progress: {
    get: (witness) => progress.get(`witness#${witness}`),
    put: (witness, size) => progress.put(`witness#${witness}`, size),
  },
  send: fetch,
  reportUnsigned: (witness, reason) => log("error", "witness did not sign", { witness, reason }),
  reportUnsignedCount: (count) => emitMetrics({ [metricNames.witnessesUnsigned]: count }, now()),
  reportContradiction(witness, reason) {
    log("error", "witness contradicts the log of anchors", { witness, reason });
    emitMetrics({ [metricNames.witnessContradiction]: 1 }, now());
  },
};

/** Commits to the newest head of each log in the log of anchors, signs it, and stores the rounds outside of the account. */
export const handler = createAnchorHandler({
  ledger: createLedgerStore(client, ledgerTable),
  tiles: createTileStore(client, ledgerTable),
  rounds: createRoundStore(client, ledgerTable),
  checkpoints: createCheckpointStore(client, table),
  progress,
  checkpointKeys: createCheckpointKeys(env(envVars.signingKeys)),
  logName,
  store: createAnchorStore({
    folder: optionalEnv(envVars.anchorFolder),
    bucket: optionalEnv(envVars.anchorBucket),
    ledgerTable,
    logName,
  }),
  quarantine: createQuarantineQueue(env(envVars.anchorDeadLetters)),
  requestCosignatures: (checkpoint, readSubtrees) => requestCosignatures(witnessPorts, checkpoint, readSubtrees),
  createSeed: () => randomBytes(seedBytes),
  reportFork(error) {
    emitMetrics({ [metricNames.forkRefused]: 1 }, now());
    log("error", "fork refused", errorFields(error));
  },
  reportDamagedRound(index, error) {
    emitMetrics({ [metricNames.anchorRoundsDamaged]: 1 }, now());
    log("error", "anchor round damaged", { index, ...errorFields(error) });
  },
  now,
  waitAfterConflict: () => delay(Math.random() * maxConflictPauseMs),
});
