import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { bundling, functionBundling } from "#infra/constructs/bundle.ts";
import { isJsonObject } from "#shared/events/text/json.ts";
import { bundleSource } from "./bundle-source.ts";
import { type Call, hookPath } from "./record-replay-proxy.ts";

/** SDK clients of a function. `document` is the document client, which wraps the DynamoDB client. */
export type Client = "dynamodb" | "document" | "sqs" | "kms" | "logs";

/** The package of each client, and the prefix of its operations. */
const packages: Readonly<Record<Client, { readonly from: string; readonly name: string; readonly prefix: string }>> = {
  dynamodb: { from: "@aws-sdk/client-dynamodb", name: "DynamoDBClient", prefix: "DynamoDB_20120810." },
  document: { from: "@aws-sdk/lib-dynamodb", name: "DynamoDBDocumentClient", prefix: "DynamoDB_20120810." },
  sqs: { from: "@aws-sdk/client-sqs", name: "SQSClient", prefix: "AmazonSQS." },
  kms: { from: "@aws-sdk/client-kms", name: "KMSClient", prefix: "TrentService." },
  logs: { from: "@aws-sdk/client-cloudwatch-logs", name: "CloudWatchLogsClient", prefix: "Logs_20140328." },
};

/** Source of a function that sends a webhook. */
const post = `(body) => new Promise((resolve, reject) => {
  const headers = { "content-type": "application/json" };
  const answered = (answer) => answer.resume().on("end", resolve);
  request(process.env.HOOK_URL, { method: "POST", headers }, answered).on("error", reject).end(JSON.stringify(body));
})`;

/** Bundlings of the bare clients: one file with everything, or split like the functions. */
export const bareBundlings = {
  "bare clients in one file": bundling,
  "bare clients bundled in the same way": functionBundling,
};

/**
 * Bundles the baseline of a function: its clients, and the calls of its first invocation with the same concurrency. The
 * handler takes the result of `bareEvent`.
 */
export function bundleBareClients(
  wanted: readonly Client[],
  calls: readonly Call[],
  options: (typeof bareBundlings)[keyof typeof bareBundlings],
): string {
  const source = sourceOf(wanted, [...new Set(calls.map(({ operation }) => operation))]);
  return bundleSource(source, options).file;
}

/** Returns the calls, grouped by wave, with plain values for the document client. */
export function bareEvent(wanted: readonly Client[], calls: readonly Call[]): unknown {
  const inputOf = ({ input }: Call) => (wanted.includes("dynamodb") ? input : plain(input));
  return [...Map.groupBy(calls, ({ wave }) => wave).values()].map((wave) =>
    wave.map((call) => ({ operation: call.operation, input: inputOf(call) })),
  );
}

function sourceOf(wanted: readonly Client[], operations: readonly string[]): string {
  const imports = ['import { request } from "node:http";'];
  const clients: string[] = [];
  const senders = operations.includes(hookPath) ? [`"${hookPath}": ${post}`] : [];
  for (const client of wanted) {
    const { from, name, prefix } = packages[client];
    imports.push(`import { ${name} } from "${from}";`);
    if (client === "document") {
      imports.push(`import { DynamoDBClient } from "${packages.dynamodb.from}";`);
      const wrapped = wanted.includes("dynamodb") ? "dynamodb" : "new DynamoDBClient({})";
      clients.push(`export const document = ${name}.from(${wrapped});`);
      // A function with both uses the bare client for its calls.
      if (wanted.includes("dynamodb")) continue;
    } else clients.push(`export const ${client} = new ${name}({});`);
    for (const operation of operations.filter((each) => each.startsWith(prefix))) {
      const verb = operation.slice(prefix.length);
      const command = `${client === "document" ? verb.replace(/Items?$/, "") : verb}Command`;
      imports.push(`import { ${command} } from "${from}";`);
      senders.push(`"${operation}": (input) => ${client}.send(new ${command}(input))`);
    }
  }
  return `
${[...new Set(imports)].join("\n")}
${clients.join("\n")}
const senders = { ${senders.join(",\n")} };
const read = ({ CiphertextBlob: text, ...input }) =>
  text === undefined ? input : { ...input, CiphertextBlob: Buffer.from(text, "base64") };
export const handler = async (waves) => {
  for (const wave of waves) await Promise.all(wave.map(({ operation, input }) => senders[operation](read(input))));
};
`;
}

/** Returns the input with unmarshalled attribute values. */
function plain(input: unknown): unknown {
  if (Array.isArray(input)) return input.map(plain);
  if (!isJsonObject(input)) return input;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, isItem(name, value) ? unmarshall(value) : plain(value)]),
  );
}

const itemNames = new Set(["Item", "Key", "ExpressionAttributeValues"]);

function isItem(name: string, value: unknown): value is Record<string, AttributeValue> {
  return itemNames.has(name) && isJsonObject(value);
}
