import { createHash } from "node:crypto";
import { renderError } from "#shared/api/finzbooks/errors.ts";
import type { HttpRequest, RequestContext } from "#shared/api/http/request.ts";
import { createWebhooksHandler } from "#shared/api/webhooks/handler.ts";
import type { Token } from "#shared/auth/caller.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { DeliveryMessage } from "#shared/webhooks/deliveries/delivery.ts";
import type { WebhookManagementPorts } from "#shared/webhooks/management-ports.ts";
import type { Replay } from "#shared/webhooks/replays/replay.ts";
import { aRequest, aSecret, aToken, testNow } from "#test/support/builders.ts";
import { tokenPorts } from "#test/support/memory/token-ports.ts";
import {
  memoryDeliveries,
  memoryEndpointHealth,
  memoryEndpoints,
  memoryReplayLists,
  memoryReplays,
} from "#test/support/memory/webhooks.ts";
import { verifyViewerToken } from "#test/support/viewer-tokens.ts";

/**
 * Creates the ports of endpoint management in memory, and records the events and messages that they receive. The clock
 * stands still until a test sets it.
 */
export function managementPorts(log: readonly ActivityEvent[] = []) {
  const endpointEvents: ActivityEvent[] = [];
  const queued: DeliveryMessage[] = [];
  const replaying: Pick<Replay, "replay_id">[] = [];
  const deliveries = memoryDeliveries();
  const clock = { now: testNow };
  let drawn = 0;
  const ports: WebhookManagementPorts = {
    endpoints: memoryEndpoints((event) => endpointEvents.push(event)),
    encryption: { encrypt: async (secret, { endpoint_id }) => `ciphertext ${endpoint_id} ${hash(secret)}` },
    deliveries,
    health: memoryEndpointHealth(),
    queue: {
      send: async (messages) => {
        queued.push(...messages);
        return [];
      },
    },
    replays: memoryReplays(),
    replayLists: memoryReplayLists(),
    replayQueue: {
      send: async ({ replay_id }) => {
        replaying.push({ replay_id });
      },
    },
    events: {
      get: async (orgId, { event_id }) =>
        log.find((event) => event.org_id === orgId && event.event_id === event_id) ?? null,
      readPage: async ({ org_id }) => ({ events: log.filter((event) => event.org_id === org_id), next: null }),
    },
    rules: { ownHosts: ["own.example.com"], allowLoopback: false },
    now: () => clock.now,
    random: (bytes) => createHash("sha512").update(String(drawn++)).digest().subarray(0, bytes),
  };
  return { ports, deliveries, endpointEvents, queued, replaying, clock };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export const orgA = "org_a";
export const orgB = "org_b";

const secrets = { [orgA]: aSecret(1), [orgB]: aSecret(2) };

type Asked = {
  readonly org?: keyof typeof secrets;
  readonly body?: unknown;
  readonly over?: Partial<HttpRequest>;
};

/**
 * Creates the webhooks handler of the FinzBooks dialect on ports in memory, with one token for each of two organisations.
 * Errors are rendered as clients receive them.
 */
export function webhooksApi({
  log = [],
  token = {},
  suspended = [],
}: {
  log?: readonly ActivityEvent[];
  token?: Partial<Token>;
  suspended?: readonly string[];
} = {}) {
  const managed = managementPorts(log);
  const tokens = new Map(
    ([orgA, orgB] as const).map((org) => {
      const scopes = ["AIBooks.webhooks.MANAGE"];
      const known = aToken({ org_ids: [org], scopes, user_id: `usr_of_${org}`, ...token }, secrets[org]);
      return [known.token_id, known];
    }),
  );
  const trace: RequestContext = { responseHeaders: {}, auditFields: {} };
  const tokenStore = tokenPorts(({ holder }) => tokens.get(holder) ?? null, 1, suspended);
  const answer = createWebhooksHandler({
    ...managed.ports,
    tokens: tokenStore,
    verifyViewerToken,
  });
  const ask = async (method: string, path: string, { org = orgA, body, over = {} }: Asked = {}) => {
    const headers = { authorization: `Bearer ${secrets[org]}` };
    const request = aRequest(`/api/public/v1/webhooks${path}`, { method, headers, body: () => body, ...over });
    try {
      return await answer(request, trace);
    } catch (error) {
      return renderError(error, request);
    }
  };
  return { ...managed, ...tokenStore, trace, ask };
}
