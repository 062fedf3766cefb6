import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type ServiceInputTypes,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";

type Item = Readonly<Record<string, AttributeValue>>;

/** Bytes of a write unit. */
const unitBytes = 1_024;

/** A transaction costs twice as much as its writes. */
const transactionFactor = 2;

export type WriteMeter = { units: number };

/**
 * Counts the write units of each further put of a client. DynamoDB charges for a failed condition what the larger item
 * would cost, the stored or the new one, but does not report it: the size of the new one is counted, as all are alike.
 */
export function meterWrites(client: DynamoDBClient): WriteMeter {
  const meter: WriteMeter = { units: 0 };
  client.middlewareStack.add(
    (next) => async (call) => {
      const items = itemsOf(call.input);
      if (items.length === 0) return next(call);
      try {
        const result = await next({ ...call, input: { ...call.input, ReturnConsumedCapacity: "TOTAL" } });
        const consumed = "ConsumedCapacity" in result.output ? result.output.ConsumedCapacity : undefined;
        for (const part of [consumed ?? []].flat())
          meter.units += "CapacityUnits" in part ? (part.CapacityUnits ?? 0) : 0;
        return result;
      } catch (error) {
        const factor = error instanceof TransactionCanceledException ? transactionFactor : 1;
        const isRefused = factor > 1 || error instanceof ConditionalCheckFailedException;
        if (isRefused) meter.units += items.reduce((sum, item) => sum + factor * unitsOf(item), 0);
        throw error;
      }
    },
    { step: "initialize", name: "write-meter" },
  );
  return meter;
}

/** Returns the items that a call puts. */
function itemsOf(input: ServiceInputTypes): Item[] {
  if ("Item" in input) return input.Item === undefined ? [] : [input.Item];
  const writes = "TransactItems" in input ? [...(input.TransactItems ?? [])] : [];
  return writes.flatMap((write) => ("Put" in write && write.Put?.Item ? [write.Put.Item] : []));
}

function unitsOf(item: Item): number {
  const bytes = Object.entries(item).reduce(
    (sum, [name, { S = "", N = "", B = "" }]) => sum + Buffer.byteLength(name + S + N) + B.length,
    0,
  );
  return Math.ceil(bytes / unitBytes);
}
