import { randomUUID } from "node:crypto";
import type { DynamoDbEmulator } from "#infra/local/emulators/dynamodb.ts";

/** Returns a new, empty database of the DynamoDB Local of the run, which no test stops. */
export function emptyDatabase(origin: string): DynamoDbEmulator {
  return {
    origin,
    accessKey: `test${randomUUID().replaceAll("-", "")}`,
    failed: new Promise(() => {}),
    restart: async () => {
      throw new Error("Other tests use this DynamoDB Local, too: it is not restarted.");
    },
    stop: async () => {},
  };
}

/** For tests that write hundreds of items concurrently: suppresses the warning of waiting for a socket. */
export const patientRequests = { socketAcquisitionWarningTimeout: 600_000 };
