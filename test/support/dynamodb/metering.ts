import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import type { ActivityEvent } from "#shared/events/event.ts";

/** Records the capacity units of each further call of a client, in order. */
export function meterOf(client: DynamoDBClient): number[] {
  const units: number[] = [];
  client.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next({ ...call, input: { ...call.input, ReturnConsumedCapacity: "TOTAL" } });
      const consumed = "ConsumedCapacity" in answer.output ? answer.output.ConsumedCapacity : undefined;
      if (consumed && "CapacityUnits" in consumed) units.push(consumed.CapacityUnits ?? 0);
      return answer;
    },
    { step: "initialize", name: "meter" },
  );
  return units;
}

/** Returns the bytes of an event as DynamoDB counts them: names and values of its attributes. */
export function itemBytes(event: ActivityEvent): number {
  return Object.entries(toEventItem(event)).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
}
