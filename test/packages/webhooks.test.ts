import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { execPath } from "node:process";
import { expect, it, onTestFinished } from "vitest";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { createProject, programsOf } from "#test/support/packages/empty-project.ts";
import { describePackage } from "#test/support/packages/package-checks.ts";
import { packPackage } from "#test/support/packages/packed-package.ts";
import { until } from "#test/support/until.ts";

describePackage("webhooks");

const secret = formatSigningSecret(new Uint8Array(32).fill(1));
const deliveryId = `dlv_${"1".repeat(32)}`;

function aDelivery(secrets = [secret]) {
  const body = renderPayload(sampleEvent("invoice.sent", "org_1", "2026-05-11T08:30:12.000Z"), deliveryId);
  return { body, headers: signedHeaders({ deliveryId, eventType: "invoice.sent", body, secrets, now: new Date() }) };
}

/** Starts a program in a project with an empty environment, but for the secret and what is given. */
function start(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(execPath, args, { cwd: folder, env: { WEBHOOK_SECRET: secret, ...env } });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(String(chunk)));
  return { child, written: () => output.join("") };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port.");
  return address.port;
}

it("the example for servers of fetch verifies a delivery", async () => {
  const packed = await packPackage("webhooks");
  const project = createProject(packed);
  project.write("receiver.ts", programsOf(packed)[0] ?? "");
  const { body, headers } = aDelivery();
  const request = JSON.stringify(["https://example.com/", { method: "POST", body, headers }]);
  project.write(
    "run.ts",
    `import receiver from "./receiver.ts";\nconsole.log((await receiver.fetch(new Request(...${request}))).status);`,
  );
  const { child, written } = start(project.folder, ["run.ts"]);
  await once(child, "close");
  expect(written()).toBe(`invoice.sent ${deliveryId} inv_8c3f1a9b\n204\n`);
});

it("the example for Node accepts a signed delivery, and refuses one with another signature", async () => {
  const packed = await packPackage("webhooks");
  const project = createProject(packed);
  project.write("receiver.ts", programsOf(packed)[1] ?? "");
  const port = await freePort();
  const { written } = start(project.folder, [join(project.folder, "receiver.ts")], { PORT: String(port) });
  const post = (delivery: ReturnType<typeof aDelivery>) =>
    fetch(`http://127.0.0.1:${port}/`, { method: "POST", ...delivery }).then(({ status }) => status);
  expect(await until(() => post(aDelivery()).catch(() => false as const))).toBe(204);
  const forged = aDelivery([formatSigningSecret(new Uint8Array(32).fill(2))]);
  expect(await post(forged)).toBe(400);
  expect(written()).toMatch(/WebhookVerificationError: No signature matches/);
});
