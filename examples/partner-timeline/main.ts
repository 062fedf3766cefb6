import { createFinzbooksClient } from "@activity-log/client";
import { createPageServer } from "./server.ts";
import { createTimelines } from "./timelines.ts";

const { ACTIVITY_API, ACTIVITY_TOKEN, ACTIVITY_ORG, PORT = "4002" } = process.env;
if (!ACTIVITY_API || !ACTIVITY_TOKEN) throw new Error("Set ACTIVITY_API and ACTIVITY_TOKEN.");

// A visitor waits meanwhile: the page is requested again rather than the request repeated.
const limits = { timeoutMs: 5_000, maxRetries: 0 };
const client = createFinzbooksClient({ baseUrl: ACTIVITY_API, token: ACTIVITY_TOKEN, org: ACTIVITY_ORG, ...limits });
// Replace this with a check of your sessions: the token can read all invoices of the organisation, a visitor usually may not.
const mayRead = async () => true;

const server = createPageServer(createTimelines(client, Date.now), mayRead);
server.on("error", exitWithRemedy);
server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`The partner's page: http://127.0.0.1:${PORT}/invoices/inv_8c3f1a9b`);
});

/** Ends the program, for example because another one uses the port. */
function exitWithRemedy({ message }: Error): void {
  console.error(`${message}. Set PORT to a free port.`);
  process.exit(1);
}
