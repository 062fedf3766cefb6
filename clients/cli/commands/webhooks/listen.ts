import { once } from "node:events";
import * as z from "zod";
import { type ApiAccess, callApi } from "#clients/cli/activity-api.ts";
import { accessOptions, findAccess } from "#clients/cli/api-credentials.ts";
import { defineVerb } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { endpointPath, endpointsPath } from "#clients/cli/webhooks/endpoint.ts";
import { startReceiver } from "#clients/cli/webhooks/receiver.ts";
import { ActivityError } from "#shared/errors.ts";
import { secretKey } from "#shared/webhooks/endpoints/signing-secret.ts";

export const webhooksListen = defineVerb({
  name: "webhooks listen",
  summary: "Receives deliveries on 127.0.0.1 until Ctrl-C, and verifies and shows each; with --json, one a line.",
  examples: ["webhooks listen --events 'invoice.*'"],
  options: {
    events: { value: "FILTER", multiple: true, help: "what to receive; everything when left out" },
    port: { value: "N", help: "the port; any free one when left out" },
    secret: { value: "whsec_…", help: "of an endpoint that leads here through a tunnel; else a temporary one is made" },
    ...accessOptions,
  },
  async run(given, session) {
    const port = readPort(given.text("port") ?? "0");
    const [secret, events] = [given.text("secret"), given.list("events")];
    if (secret !== undefined) checkSecret(secret);
    if (secret !== undefined && events.length > 0) {
      throw new CliError("usage", "With --secret the endpoint's own filters hold: leave --events out.");
    }
    if (secret === undefined && given.text("stack") !== undefined) throw new CliError("usage", outOfReach);
    const open = secret === undefined ? temporary(await findAccess(given, session), events) : existing(secret);

    const interruption = session.interruption();
    const receiver = await startReceiver(port, session);
    try {
      const endpoint = await open(receiver.url);
      try {
        receiver.accept(endpoint.secret);
        session.stderr.write(`Listening on ${receiver.url} until Ctrl-C.\n`);
        if (!interruption.aborted) await once(interruption, "abort");
      } finally {
        await endpoint.close();
      }
    } finally {
      receiver.close();
    }
    return null;
  },
});

const outOfReach = [
  "A deployed stack cannot reach 127.0.0.1. Lead a tunnel with an https address to a port here, then:",
  "  webhooks create https://TUNNEL --events '*' --stack NAME",
  "  webhooks listen --port N --secret whsec_…",
].join("\n");

/** What sends to a receiver, for as long as it is open. */
type Source = { readonly secret: string; close(): Promise<void> };

function existing(secret: string): () => Promise<Source> {
  return async () => ({ secret, close: async () => {} });
}

const created = z.object({ endpoint: z.object({ endpoint_id: z.string(), secret: z.string() }) });

function temporary(access: ApiAccess, events: readonly string[]): (url: string) => Promise<Source> {
  return async (url) => {
    const body = { url, events: events.length === 0 ? ["*"] : events, description: "webhooks listen" };
    const reply = await callApi(access, { method: "POST", path: endpointsPath, body }, created);
    const { endpoint_id, secret } = reply.body.endpoint;
    return { secret, close: () => remove(access, endpoint_id) };
  };
}

async function remove(access: ApiAccess, id: string): Promise<void> {
  try {
    await callApi(access, { method: "DELETE", path: endpointPath(id) }, z.unknown());
  } catch (cause) {
    const message = `The temporary endpoint could not be removed: do it with webhooks delete ${id}`;
    throw new CliError("failed", message, { cause });
  }
}

function checkSecret(secret: string): void {
  try {
    secretKey(secret);
  } catch (error) {
    throw error instanceof ActivityError ? new CliError("usage", error.message, { cause: error }) : error;
  }
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new CliError("usage", `--port takes a number from 0 to 65535, and not '${text}'.`);
}
