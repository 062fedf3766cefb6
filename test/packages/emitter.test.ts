import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { execPath } from "node:process";
import { json } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { createProject, programsOf } from "#test/support/packages/empty-project.ts";
import { describePackage } from "#test/support/packages/package-checks.ts";
import { packPackage } from "#test/support/packages/packed-package.ts";

const brought = ["@aws-sdk/client-dynamodb", "@aws-sdk/lib-dynamodb"];

describePackage("emitter", brought);

const requestSchema = z.object({ Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string() })) });

/** Starts an endpoint of an AWS service, until the test ends. Returns its URL and the requests that it got. */
async function startService(respond: (request: unknown) => object) {
  const requests: unknown[] = [];
  const server = createServer(async (request, response) => {
    const received: unknown = await json(request);
    requests.push(received);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(respond(received)));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port.");
  return { url: `http://127.0.0.1:${address.port}`, requests };
}

/** Accepts all messages, as SQS does: the SDK compares the checksum. */
function acceptAll(request: unknown): object {
  const { Entries } = requestSchema.parse(request);
  const Successful = Entries.map(({ Id, MessageBody }) => ({
    Id,
    MessageId: `message ${Id}`,
    MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex"),
  }));
  return { Successful, Failed: [] };
}

async function run(folder: string, file: string, env: Record<string, string>): Promise<string> {
  const credentials = { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x" };
  const { stdout } = await promisify(execFile)(execPath, [file], { cwd: folder, env: { ...credentials, ...env } });
  return stdout;
}

describe("the examples of the emitter", () => {
  it("send an event by the queue", async () => {
    const packed = await packPackage("emitter");
    const project = createProject(packed);
    project.write("send.ts", programsOf(packed)[0] ?? "");
    const { url, requests } = await startService(acceptAll);
    const env = { AWS_ENDPOINT_URL_SQS: url, INGEST_QUEUE_URL: `${url}/000000000000/ingest` };
    expect(await run(project.folder, "send.ts", env)).toMatch(/^Sent as evt_[0-9a-f]{32}\.\n$/);
    expect(requests).toHaveLength(1);
    const [entry] = requestSchema.parse(requests[0]).Entries;
    expect(JSON.parse(entry?.MessageBody ?? "")).toMatchObject({ action: "INVOICE_SENT", entity_id: "inv_8c3f1a9b" });
  });

  it("put an event into a transaction, without an AWS SDK of the package", async () => {
    const packed = await packPackage("emitter");
    const { "@aws-sdk/client-sqs": _, ...dependencies } = packed.manifest.dependencies ?? {};
    const project = createProject({ ...packed, manifest: { ...packed.manifest, dependencies } }, brought);
    project.write("mark-sent.ts", programsOf(packed)[1] ?? "");
    project.write("run.ts", `import { markSent } from "./mark-sent.ts";\nawait markSent("inv_7");`);
    const { url, requests } = await startService(() => ({}));
    await run(project.folder, "run.ts", { AWS_ENDPOINT_URL_DYNAMODB: url, EVENTS_TABLE: "events" });
    expect(requests).toEqual([
      {
        TransactItems: [
          { Update: expect.objectContaining({ TableName: "invoices", Key: { id: { S: "inv_7" } } }) },
          {
            Put: expect.objectContaining({
              TableName: "events",
              Item: expect.objectContaining({ action: { S: "INVOICE_SENT" }, entity_id: { S: "inv_7" } }),
              ConditionExpression: "attribute_not_exists(timeline)",
            }),
          },
        ],
        ClientRequestToken: expect.any(String),
      },
    ]);
  });

  it("catch the error of an invalid event", async () => {
    const project = createProject(await packPackage("emitter"));
    project.write(
      "run.ts",
      `import { activityPut, InvalidEventError } from "@activity-log/emitter/activity-put";
       try {
         activityPut({ config: { systemClockOffset: 0 } }, "events", {} as never);
       } catch (error) {
         console.log(error instanceof InvalidEventError, String(error));
       }`,
    );
    expect(await run(project.folder, "run.ts", {})).toMatch(/^true InvalidEventError: Invalid event: .*org_id/);
  });
});
