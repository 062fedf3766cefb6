import { GetQueueAttributesCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { expect, it } from "vitest";
import { watchDeadLetters } from "#clients/cli/emit/dead-letters.ts";

const queueUrl = "https://sqs.eu-central-1.amazonaws.com/123456789012/DeadLetters";

/** A queue that returns these message counts one after another; an error for `null`. */
function aWatch(counts: readonly (number | null)[], url: string | undefined = queueUrl) {
  let asked = 0;
  let ms = 0;
  const warnings: string[] = [];
  const send = async (command: unknown) => {
    expect(command).toBeInstanceOf(GetQueueAttributesCommand);
    const count = counts[asked] ?? null;
    asked += 1;
    if (count === null) throw new Error("AccessDenied");
    return { Attributes: { ApproximateNumberOfMessages: String(count) } };
  };
  const client: Pick<SQSClient, "send"> = { send };
  const watch = watchDeadLetters({
    client,
    queueUrl: url,
    now: () => new Date(ms),
    warn: (text) => warnings.push(text),
  });
  return {
    warnings,
    asked: () => asked,
    async watch(afterMs: number) {
      ms += afterMs;
      await watch();
    },
  };
}

it("dead-letter watch warns with the queue each time it has grown", async () => {
  const { watch, warnings } = aWatch([3, 3, 5, 4, 5, 6]);
  for (let at = 0; at < 6; at++) await watch(5_000);
  expect(warnings.map((text) => /grown to \d+ messages \(DeadLetters\)/.exec(text)?.[0])).toEqual([
    "grown to 5 messages (DeadLetters)",
    "grown to 6 messages (DeadLetters)",
  ]);
});

it("dead-letter watch counts at most every five seconds", async () => {
  const { watch, asked } = aWatch([0, 1, 2]);
  for (let at = 0; at < 11; at++) await watch(500);
  expect(asked()).toBe(2);
});

it("dead-letter watch ignores a queue that is unknown or not readable", async () => {
  const refused = aWatch([null, 7, null, 8]);
  for (let at = 0; at < 4; at++) await refused.watch(5_000);
  expect(refused.warnings).toHaveLength(1);
  const unnamed = watchDeadLetters({
    client: { send: () => Promise.reject(new Error("asked")) },
    queueUrl: undefined,
    now: () => new Date(0),
    warn: () => expect.fail(),
  });
  await unnamed();
});
