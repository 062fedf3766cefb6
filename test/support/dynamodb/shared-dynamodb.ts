import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import type { DynamoDbEmulator } from "#infra/local/emulators/dynamodb.ts";

/** A new, empty database of the DynamoDB Local that the run has started; nothing that a test does stops it. */
export function emptyDatabase(): DynamoDbEmulator {
  return {
    origin: inject("dynamodb"),
    accessKey: `test${randomUUID().replaceAll("-", "")}`,
    failed: new Promise(() => {}),
    restart: async () => {
      throw new Error("Other tests use this DynamoDB Local, too: it is not restarted.");
    },
    stop: async () => {},
  };
}

/** For clients of tests that write hundreds of items together: those wait for a socket on purpose, and no warning is wanted. */
export const patientRequests = { socketAcquisitionWarningTimeout: 600_000 };
