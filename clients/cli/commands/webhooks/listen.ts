import { once } from "node:events";
import * as z from "zod";
import { type ApiCredentials, callApi } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { isStackFile } from "#clients/cli/stack/resolve-stack.ts";
import { endpointPath, endpointsPath } from "#clients/cli/webhooks/endpoint-view.ts";
import { ActivityError } from "#shared/errors.ts";
import { parseSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";

export const webhooksListen = defineCommand({
  name: "webhooks listen",
  summary: "Receives deliveries on 127.0.0.1 until Ctrl-C, verifies and shows each; with --json, one per line.",
  examples: ["webhooks listen --events 'invoice.*'"],
  options: {
    events: { value: "FILTER", multiple: true, help: "event types to receive; default all" },
    port: { value: "N", help: "the port; default any free one" },
    secret: {
      value: "whsec_…",
      help: "secret of an endpoint that a tunnel connects to this port; default a temporary endpoint",
    },
    ...credentialOptions,
  },
  async run(args, context) {
    const port = parsePort(args.text("port") ?? "0");
    const secret = args.text("secret");
    const events = args.list("events");
    if (secret !== undefined) checkSecret(secret);
    if (secret !== undefined && events.length > 0) {
      throw new CliError(
        "usage",
        "--events has no effect with --secret, because the endpoint has its own filters. Remove --events.",
      );
    }
    const stack = args.text("stack") ?? context.stack;
    if (secret === undefined && stack !== undefined && !isStackFile(stack)) throw new CliError("usage", outOfReach);
    const open =
      secret === undefined
        ? createTemporaryEndpoint(await resolveCredentials(args, context), events)
        : createSourceWithSecret(secret);

    const interruption = context.installSignalHandlers();
    // Imported on demand: `node:http` loads Node's HTTP client as well, which would cost every command 0.04 seconds.
    const { startDeliveryReceiver } = await import("#clients/cli/webhooks/delivery-receiver.ts");
    const receiver = await startDeliveryReceiver(port, context);
    try {
      const endpoint = await open(receiver.url);
      try {
        receiver.accept(endpoint.secret);
        context.stderr.write(`Listening on ${receiver.url} until Ctrl-C.\n`);
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
  "A deployed stack cannot reach 127.0.0.1. Open a tunnel with an https URL to a local port, then:",
  "  webhooks create https://TUNNEL --events '*' --stack NAME",
  "  webhooks listen --port N --secret whsec_…",
].join("\n");

/** An endpoint that sends to the receiver until it is closed. */
type DeliverySource = { readonly secret: string; close(): Promise<void> };

function createSourceWithSecret(secret: string): () => Promise<DeliverySource> {
  return async () => ({ secret, close: async () => {} });
}

const created = z.object({ endpoint: z.object({ endpoint_id: z.string(), secret: z.string() }) });

function createTemporaryEndpoint(
  access: ApiCredentials,
  events: readonly string[],
): (url: string) => Promise<DeliverySource> {
  return async (url) => {
    const body = { url, events: events.length === 0 ? ["*"] : events, description: "webhooks listen" };
    const reply = await callApi(access, { method: "POST", path: endpointsPath, body }, created);
    const { endpoint_id, secret } = reply.body.endpoint;
    return { secret, close: () => remove(access, endpoint_id) };
  };
}

async function remove(access: ApiCredentials, id: string): Promise<void> {
  try {
    await callApi(access, { method: "DELETE", path: endpointPath(id) }, z.unknown());
  } catch (cause) {
    const message = `Could not delete the temporary endpoint. Delete it with webhooks delete ${id}`;
    throw new CliError("failed", message, { cause });
  }
}

function checkSecret(secret: string): void {
  try {
    parseSigningSecret(secret);
  } catch (error) {
    throw error instanceof ActivityError ? new CliError("usage", error.message, { cause: error }) : error;
  }
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new CliError("usage", `--port must be a number from 0 to 65535, not '${text}'.`);
}
