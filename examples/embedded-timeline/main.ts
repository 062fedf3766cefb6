import { createFinzbooksClient } from "@activity-log/client";
import { createPageServer } from "./server.ts";

const { ACTIVITY_API, ACTIVITY_TOKEN, ACTIVITY_ORG, ACTIVITY_VERIFICATION_KEY = "", PORT = "4003" } = process.env;
if (!ACTIVITY_API || !ACTIVITY_TOKEN) throw new Error("Set ACTIVITY_API and ACTIVITY_TOKEN.");

const client = createFinzbooksClient({ baseUrl: ACTIVITY_API, token: ACTIVITY_TOKEN, org: ACTIVITY_ORG });
// Replace this with a check of your sessions: the visitor gets a token for the invoice.
const mayRead = async () => true;

const server = createPageServer({
  api: ACTIVITY_API,
  client,
  verificationKey: ACTIVITY_VERIFICATION_KEY,
  mayRead,
});
server.on("error", ({ message }) => {
  console.error(`${message}. Set PORT to a free port.`);
  process.exit(1);
});
server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`The page with the timeline: http://127.0.0.1:${PORT}/invoices/inv_8c3f1a9b`);
});
