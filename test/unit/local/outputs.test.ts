import { expect, it } from "vitest";
import { parseStackOutputs } from "#shared/platform/stack-outputs.ts";

it("parseStackOutputs groups the outputs of a stack by kind, with camel-case names", () => {
  const outputs = {
    ApiUrl: "https://x.example/",
    QueueIngest: "q1",
    QueueIngestDeadLetters: "q2",
    TableEvents: "t1",
    FunctionAdmin: "f1",
    LogEvents: "l1",
    TrustName: "activity.example.com",
    Queued: "something else",
  };
  expect(parseStackOutputs(outputs)).toEqual({
    api: "https://x.example",
    queues: { ingest: "q1", ingest_dead_letters: "q2" },
    tables: { events: "t1" },
    functions: { admin: "f1" },
    logs: { events: "l1" },
    trust: { name: "activity.example.com" },
  });
});
