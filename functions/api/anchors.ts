import { createAnchorsHandler } from "#shared/api/anchors/handler.ts";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import { createHttpHandler } from "#shared/api/handlers/http-handler.ts";
import { createCheckpointKeys } from "#shared/ledger/aws/checkpoint-keys.ts";
import { createCheckpointStore } from "#shared/ledger/dynamodb/checkpoint-store.ts";
import { createTileStore } from "#shared/ledger/dynamodb/tile-store.ts";
import { BoundedMap } from "#shared/platform/cache.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { envVars } from "#shared/platform/env-vars.ts";
import { env } from "#shared/platform/handlers/env.ts";

const client = createDynamoClient();

/** Of 25 KB at most. */
const maxServedTiles = 500;

/** Serves the verification keys and the log of anchors, which are public. */
export const handler = createHttpHandler({
  name: "anchors",
  handle: createAnchorsHandler({
    anchors: {
      checkpoints: createCheckpointStore(client, env(envVars.configTable)),
      tiles: createTileStore(client, env(envVars.ledgerTable)),
      servedTiles: new BoundedMap(maxServedTiles),
    },
    keys: { checkpointKeys: createCheckpointKeys(env(envVars.signingKeys)), logName: env(envVars.logName) },
  }),
  renderError,
});
