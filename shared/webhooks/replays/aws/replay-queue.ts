import { SendMessageCommand } from "@aws-sdk/client-sqs";
import * as z from "zod/mini";
import { createSqsClient } from "#shared/platform/aws/clients.ts";
import { formatMessage, parseMessage } from "#shared/platform/aws/queue-message.ts";
import { mapTransientErrors } from "#shared/platform/dynamodb/transient-errors.ts";
import type { Replay, ReplayQueue } from "#shared/webhooks/replays/replay.ts";

/** Longer than any id: the fields become keys of the table. */
const idSchema = z.string().check(z.maxLength(512));

const replayMessageSchema = z.object({ org_id: idSchema, endpoint_id: idSchema, replay_id: idSchema });

/** Creates the queue of replay steps. `send` throws `ActivityError` `unavailable` for transient errors of SQS. */
export function replayQueue(queueUrl: string, client = createSqsClient()): ReplayQueue {
  return {
    async send({ org_id, endpoint_id, replay_id }, delaySeconds) {
      const message = {
        QueueUrl: queueUrl,
        MessageBody: formatMessage({ org_id, endpoint_id, replay_id }),
        MessageGroupId: org_id,
        DelaySeconds: Math.ceil(delaySeconds),
      };
      await mapTransientErrors(client.send(new SendMessageCommand(message)));
    },
  };
}

/** Parses a message. Throws an error with the field's name if it is invalid, which is a defect of the sender. */
export function parseReplayMessage(body: string): Pick<Replay, "org_id" | "endpoint_id" | "replay_id"> {
  return parseMessage(replayMessageSchema, body);
}
