import { setTimeout } from "node:timers/promises";
import { ActivityLogError, createFinzbooksClient } from "@activity-log/client";
import { openLedgerCopy } from "./ledger-copy.ts";

const { ACTIVITY_API, ACTIVITY_TOKEN, ACTIVITY_ORG, CHANGES_FILE = "change-consumer.sqlite" } = process.env;
if (!ACTIVITY_API || !ACTIVITY_TOKEN) throw new Error("Set ACTIVITY_API and ACTIVITY_TOKEN.");

const client = createFinzbooksClient({ baseUrl: ACTIVITY_API, token: ACTIVITY_TOKEN, org: ACTIVITY_ORG });
const copy = openLedgerCopy(CHANGES_FILE);
/** Errors that a later request may not meet. Any other ends the program, a gap above all. */
const temporary = new Set(["network", "timeout", "unavailable", "rate_limited", "internal"]);

console.log(`Consuming the changes after ${copy.lastSequence()} into ${CHANGES_FILE} until Ctrl-C.`);
for (;;) {
  try {
    for await (const change of client.changes({ after: copy.lastSequence(), wait: 20 })) {
      copy.apply(change);
      console.log(change.sequence, change.activity?.action ?? change.reason, change.activity?.entity_id ?? "");
    }
  } catch (error) {
    if (!(error instanceof ActivityLogError && temporary.has(error.code))) throw error;
    console.error(`${error.message} Trying again.`);
    await setTimeout(5_000);
  }
}
