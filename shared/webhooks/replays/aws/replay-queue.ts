import { SendMessageCommand } from "@aws-sdk/client-sqs";
import * as z from "zod/mini";
import { queueClient } from "#shared/platform/aws/clients.ts";
import { readMessage, writeMessage } from "#shared/platform/aws/queue-message.ts";
import { calling } from "#shared/platform/dynamodb/transient-errors.ts";
import type { Replay, ReplayQueue } from "#shared/webhooks/replays/replay.ts";

/** Ids of ours are shorter: what a message holds becomes keys of the table. */
const id = z.string().check(z.maxLength(512));

const replayMessage = z.object({ org_id: id, endpoint_id: id, replay_id: id });

/** The queue of replays that go on. Throws `ActivityError` `unavailable` where SQS has trouble that passes. */
export function replayQueue(queueUrl: string, client = queueClient()): ReplayQueue {
  return {
    async send({ org_id, endpoint_id, replay_id }, delaySeconds) {
      const message = {
        QueueUrl: queueUrl,
        MessageBody: writeMessage({ org_id, endpoint_id, replay_id }),
        MessageGroupId: org_id,
        DelaySeconds: Math.ceil(delaySeconds),
      };
      await calling(client.send(new SendMessageCommand(message)));
    },
  };
}

/** The message of a body. Throws, naming the field, where it is none: such a message is a defect. */
export function readReplayMessage(body: string): Pick<Replay, "org_id" | "endpoint_id" | "replay_id"> {
  return readMessage(replayMessage, body);
}
