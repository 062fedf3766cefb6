import { createHash, randomBytes } from "node:crypto";
import { CreateTableCommand, DynamoDBClient, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { createInvoices } from "./invoices.ts";
import { createInvoiceServer } from "./server.ts";

const { EVENTS_TABLE, INVOICES_TABLE = "example-invoices", ACTIVITY_ORG, PORT = "4001", ...env } = process.env;
if (!EVENTS_TABLE || !ACTIVITY_ORG) throw new Error("Set EVENTS_TABLE and ACTIVITY_ORG.");

// Replace this with your sessions. It finds the user by the hash of a token, so that the time it takes shows nothing of the token.
const token = env.SERVICE_TOKEN ?? randomBytes(24).toString("hex");
const hash = (text = "") => createHash("sha256").update(text).digest("hex");
const callers = new Map([
  [hash(`Bearer ${token}`), { org_id: ACTIVITY_ORG, user_id: "usr_priya", name: "Priya Sharma" }],
]);

const client = new DynamoDBClient();
// Only the local stack has an endpoint of its own. On AWS, your template declares the table.
if (env.AWS_ENDPOINT_URL) await createTable(INVOICES_TABLE);
const tables = { invoices: INVOICES_TABLE, events: EVENTS_TABLE };
const invoices = createInvoices(DynamoDBDocumentClient.from(client), tables);
const server = createInvoiceServer(invoices, async ({ headers }) => callers.get(hash(headers.authorization)) ?? null);
server.on("error", exitWithRemedy);
server.listen(Number(PORT), "127.0.0.1", () => {
  console.log(`The accounting service listens on http://127.0.0.1:${PORT}\nexport SERVICE_TOKEN=${token}`);
});

async function createTable(name: string): Promise<void> {
  const command = new CreateTableCommand({
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: ["org_id", "invoice_id"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
    KeySchema: [
      { AttributeName: "org_id", KeyType: "HASH" },
      { AttributeName: "invoice_id", KeyType: "RANGE" },
    ],
  });
  await client.send(command).catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
}

/** Ends the program, for example because another one uses the port. */
function exitWithRemedy({ message }: Error): void {
  console.error(`${message}. Set PORT to a free port.`);
  process.exit(1);
}
