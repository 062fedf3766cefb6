import { parseEnv } from "node:util";
import { describe, expect, it } from "vitest";
import { renderStackEnv } from "#infra/local/demo/stack-env.ts";

const services = "http://127.0.0.1:41001";
const stack = {
  api: "http://127.0.0.1:3000",
  endpoints: { dynamodb: services, kms: services, lambda: services, logs: services, sqs: services },
  queues: { ingest: `${services}/000000000000/ingest` },
  tables: { events: "events-table" },
};

const ofEveryStack = {
  AWS_ENDPOINT_URL: services,
  AWS_REGION: "us-east-1",
  AWS_DEFAULT_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "local",
  AWS_SECRET_ACCESS_KEY: "local",
  EVENTS_TABLE: "events-table",
  INGEST_QUEUE_URL: `${services}/000000000000/ingest`,
  ACTIVITY_API: "http://127.0.0.1:3000",
};

describe("renderStackEnv", () => {
  it("returns what services and partner apps need, with the demo organisation and its token", () => {
    expect(parseEnv(renderStackEnv(stack, { org_id: "org_1", token: "aibooks_pat_1" }))).toEqual({
      ...ofEveryStack,
      ACTIVITY_ORG: "org_1",
      ACTIVITY_TOKEN: "aibooks_pat_1",
    });
  });

  it("returns no organisation and no token without demo data", () => {
    expect(parseEnv(renderStackEnv(stack, undefined))).toEqual(ofEveryStack);
  });
});
