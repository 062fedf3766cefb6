import * as z from "zod/mini";
import type { AttributeMap } from "#shared/platform/dynamodb/attributes.ts";
import { knownOrUnrecognised, parseItem } from "#shared/platform/dynamodb/stored-item.ts";
import {
  deliveryMessageSchema,
  deliveryStatuses,
  type FailureReason,
  type StoredDelivery,
} from "#shared/webhooks/deliveries/delivery.ts";

const failureReason = z.enum({
  exhausted: "exhausted",
  endpoint_gone: "endpoint_gone",
  endpoint_disabled: "endpoint_disabled",
  endpoint_deleted: "endpoint_deleted",
  org_suspended: "org_suspended",
  aborted_by_receiver: "aborted_by_receiver",
  test_failed: "test_failed",
  event_unreadable: "event_unreadable",
} satisfies { [reason in FailureReason]: reason });

const { org_id, endpoint_id, delivery_id, event_type, event, sequence, sealed_at, cycle, step } =
  deliveryMessageSchema.shape;

const storedDeliverySchema = z.object({
  org_id,
  endpoint_id,
  delivery_id,
  event_type,
  event,
  sequence,
  sealed_at,
  cycle,
  step,
  status: knownOrUnrecognised(z.enum(deliveryStatuses)),
  reason: z.nullable(knownOrUnrecognised(failureReason)),
  attempts: z.number(),
  created_at: z.string(),
  last_attempt_at: z.nullable(z.string()),
  last_status: z.nullable(z.number()),
  last_error: z.nullable(z.string()),
  last_duration_ms: z._default(z.nullable(z.number()), null),
  next_attempt_at: z.nullable(z.string()),
});

/** Parses a delivery. Throws, naming the key, if the item is damaged. */
export function fromDeliveryItem(item: AttributeMap): StoredDelivery {
  return parseItem(storedDeliverySchema, item);
}
