import { setTimeout as delay } from "node:timers/promises";
import { DynamoDBDocumentClient, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { Random } from "#infra/local/demo/random.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { pauseBeforeRetry, type SoakStack } from "#test/soak/stack.ts";
import type { Submissions } from "#test/soak/submissions.ts";
import { damages } from "#test/support/events/hostile-items.ts";
import { type DamagedSoakItem, drawEvent } from "./events.ts";
import { isStored } from "./writers.ts";

const pauseMs = { low: 150, high: 450 };

/**
 * Creates a service that writes invalid items to the events table until aborted. It has only the permissions that
 * README grants to services.
 */
export function createHostileWriter(stack: SoakStack, submissions: Submissions, random: Random) {
  const documents = DynamoDBDocumentClient.from(stack.dynamodb);
  const orgIds = stack.orgs.map(({ org_id }) => org_id);
  const drawOne = () => drawDamaged(random, orgIds[random.between(0, orgIds.length - 1)] ?? "");

  async function put(Item: DamagedSoakItem): Promise<void> {
    const condition = { ConditionExpression: "attribute_not_exists(timeline)" };
    const TransactItems = [{ Put: { TableName: stack.eventsTable, Item, ...condition } }];
    while (!(await isStored(documents.send(new TransactWriteCommand({ TransactItems }))))) await pauseBeforeRetry();
  }

  return async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const item = drawOne();
      submissions.recordDamaged(item);
      await put(item);
      await delay(random.between(pauseMs.low, pauseMs.high), undefined, { signal }).catch(() => {});
    }
  };
}

function drawDamaged(random: Random, orgId: string): DamagedSoakItem {
  const drawn = drawEvent(random, orgId);
  const entity_id = `damaged_${drawn.event_id}`;
  const { event } = parseEventValue({ ...drawn, entity_id }, { now: new Date(), entropy: "" });
  const damaged = random.pick(damages)(toEventItem(event));
  return { ...damaged, timeline: String(damaged.timeline), position: String(damaged.position), entity_id };
}
