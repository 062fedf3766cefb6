import type { UnrecognisedValue } from "#shared/platform/unrecognised-value.ts";
import type { SendError, SendResult } from "#shared/webhooks/sending/send-result.ts";

/** An attempt as it was stored, perhaps by a later release. */
export type StoredDeliveryAttempt = Omit<DeliveryAttempt, "error"> & {
  readonly error: SendError | UnrecognisedValue | null;
};

/** One attempt as it is stored. */
export type DeliveryAttempt = SendResult & {
  /** Counts from 1 over the life of the delivery. */
  readonly number: number;
  readonly at: string;
};
