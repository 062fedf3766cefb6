import { openInvoices } from "./invoices.ts";
import { openQueue } from "./queue.ts";
import { createReceiver } from "./server.ts";
import { processDeliveries } from "./worker.ts";

const { WEBHOOK_SECRET, DATABASE = "webhook-receiver.sqlite", PORT = "4003" } = process.env;
if (!WEBHOOK_SECRET) throw new Error("Set WEBHOOK_SECRET, which the registration of the endpoint prints.");

const queue = openQueue(DATABASE);
createReceiver(queue, WEBHOOK_SECRET).listen(Number(PORT), "127.0.0.1", () => {
  console.log(`The receiver listens on http://127.0.0.1:${PORT}/hook`);
});
await processDeliveries(queue, openInvoices(DATABASE));
