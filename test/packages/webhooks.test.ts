import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { execPath } from "node:process";
import { expect, it, onTestFinished } from "vitest";
import { renderPayload } from "#shared/webhooks/deliveries/payload.ts";
import { formatSigningSecret } from "#shared/webhooks/endpoints/signing-secret.ts";
import { sampleEvent } from "#shared/webhooks/event-types/samples.ts";
import { signedHeaders } from "#shared/webhooks/sending/sign.ts";
import { findFreePort } from "#test/support/free-port.ts";
import { createProject, programsOf } from "#test/support/packages/empty-project.ts";
import { describePackage } from "#test/support/packages/package-checks.ts";
import { packPackage } from "#test/support/packages/packed-package.ts";
import { until } from "#test/support/until.ts";

describePackage("webhooks");

const secret = formatSigningSecret(new Uint8Array(32).fill(1));
const otherSecret = formatSigningSecret(new Uint8Array(32).fill(2));
const deliveryId = `dlv_${"1".repeat(32)}`;

function aDelivery(secrets = [secret]) {
  const body = renderPayload(sampleEvent("invoice.sent", "org_1", "2026-05-11T08:30:12.000Z"), {
    ...{ delivery_id: deliveryId, event: null, sequence: null, sealed_at: null },
  });
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

it("the package webhooks is one file without static imports", async () => {
  const { files, manifest } = await packPackage("webhooks");
  const [[, code = ""] = [], ...others] = [...files].filter(([path]) => path.endsWith(".js"));
  expect(others).toEqual([]);
  expect(code).not.toMatch(/^import|\bfrom "/m);
  expect(manifest.dependencies).toBeUndefined();
});

it("the example for servers of fetch responds 204 to a signed delivery, 400 to another, 500 without a secret", async () => {
  const packed = await packPackage("webhooks");
  const project = createProject(packed);
  project.write("receiver.ts", programsOf(packed)[0] ?? "");
  const { body, headers } = aDelivery();
  const request = `new Request("https://example.com/", ${JSON.stringify({ method: "POST", body, headers })})`;
  const statuses = ["process.env.WEBHOOK_SECRET", `"${otherSecret}"`, "undefined"].map(
    (given) => `console.log((await receive(${request}, ${given})).status);`,
  );
  project.write("run.ts", [`import { receive } from "./receiver.ts";`, ...statuses].join("\n"));
  const { child, written } = start(project.folder, ["run.ts"]);
  await once(child, "close");
  expect(written().match(/^\d+$/gm)).toEqual(["204", "400", "500"]);
  expect(written()).toMatch(new RegExp(`^invoice.sent ${deliveryId}$`, "m"));
});

it("the example for Node accepts a signed delivery, and refuses one with another signature", async () => {
  const packed = await packPackage("webhooks");
  const project = createProject(packed);
  project.write("receive.mjs", programsOf(packed, "js")[0] ?? "");
  const port = await findFreePort();
  const { written } = start(project.folder, [join(project.folder, "receive.mjs")], { PORT: String(port) });
  const post = (delivery: ReturnType<typeof aDelivery>) =>
    fetch(`http://127.0.0.1:${port}/`, { method: "POST", ...delivery }).then(({ status }) => status);
  expect(await until(() => post(aDelivery()).catch(() => false as const))).toBe(204);
  expect(await post(aDelivery([otherSecret]))).toBe(400);
  // Its output can arrive after its response.
  await until(() => written().includes("WebhookVerificationError: No signature matches"));
});
