import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { Webhook } from "standardwebhooks";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
import { stackName } from "#infra/config.ts";
import { readJson } from "#test/support/api/feed.ts";
import { anInput } from "#test/support/builders.ts";
import { openTestEnvironment, type TestEnvironment } from "#test/support/test-environment.ts";
import { until } from "#test/support/until.ts";
import { startReceiver } from "#test/support/webhooks/receiver.ts";

/** Long enough for queue, function, stream, function, queue and function, all of them cold. */
const coldPipeline = { deadlineMs: 120_000, pauseMs: 500 };

const created = z.object({ endpoint: z.looseObject({ secret: z.string() }) });

let environment: TestEnvironment;
beforeAll(async () => {
  environment = await openTestEnvironment();
});

describe("the deployed pipeline", () => {
  it("writes an audit line when an event is sent to the queue", async () => {
    const { org_id } = await environment.tenant();
    await environment.ingest([anInput({ org_id, entity_id: "inv_audited" })]);
    const { audit } = await resolveStack({ cwd: ".", stack: undefined }, stackName("dev"));
    const logs = new CloudWatchLogsClient({});
    const line = await until(async () => {
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: audit.events }));
      return events.map(({ message = "" }) => message).find((message) => message.includes(org_id));
    }, coldPipeline);
    expect(JSON.parse(line)).toMatchObject({ org_id, entity_id: "inv_audited", action: "INVOICE_SENT" });
  });

  it("sends a signed webhook when an event is sent to the queue", async () => {
    const receiver = await startReceiver();
    const { org_id, headers } = await environment.tenant(["AIBooks.webhooks.MANAGE"]);
    const response = await fetch(`${environment.api}/api/public/v1/webhooks/endpoints`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ url: receiver.url, events: ["invoice.*"] }),
    });
    const { secret } = (await readJson(response, created)).endpoint;
    await environment.ingest([anInput({ org_id, entity_id: "inv_delivered" })]);
    const { headers: signature, body } = await until(() => receiver.requests[0], coldPipeline);
    const texts = Object.fromEntries(Object.entries(signature).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(secret).verify(body, texts)).toMatchObject({ org_id, data: { entity_id: "inv_delivered" } });
  });
});
