import { openInvoices } from "./invoices.ts";
import { openQueue } from "./queue.ts";
import { createReceiver } from "./server.ts";
import { processDeliveries } from "./worker.ts";

const { WEBHOOK_SECRET, DATABASE = "webhook-receiver.sqlite", PORT = "4003" } = process.env;
if (!WEBHOOK_SECRET) throw new Error("Set WEBHOOK_SECRET, which the registration of the endpoint prints.");

const queue = openQueue(DATABASE);
const server = createReceiver(queue, WEBHOOK_SECRET);
server.on("error", exitWithRemedy);
server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`The receiver listens on http://127.0.0.1:${PORT}/hook`);
});
await processDeliveries(queue, openInvoices(DATABASE));

/** Ends the program, for example because another one uses the port. */
function exitWithRemedy({ message }: Error): void {
  console.error(`${message}. Set PORT to a free port.`);
  process.exit(1);
}
