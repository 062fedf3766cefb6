import { fileURLToPath } from "node:url";
import { envVars as functionVariables } from "#shared/platform/env-vars.ts";
import { endOf, start } from "#test/deploy/programs.ts";
import { findFreePort } from "#test/support/free-port.ts";
import { until } from "#test/support/until.ts";

/** Account and region of all resources of the emulator. */
export const account = "000000000000";
export const region = "us-east-1";

export type Emulator = {
  /** Endpoint URL of all services. */
  readonly endpoint: string;
  stop(): Promise<void>;
};

type Options = {
  /** The Python that has ministack. */
  readonly python: string;
  /** Files of the certificate and key of the server, whose authority this process trusts. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly variables: Readonly<Record<string, string>>;
  readonly log: string;
};

/** Starts ministack on a free port of the loopback interface, and waits until it responds. */
export async function startEmulator(options: Options): Promise<Emulator> {
  const attempts = 3;
  for (let attempt = 1; ; attempt += 1) {
    const emulator = await tryToStart(options, await findFreePort());
    if (emulator !== null) return emulator;
    // Probably another program is using the port now.
    if (attempt === attempts) throw new Error(`ministack does not start:\n${await endOf(options.log)}`);
  }
}

async function tryToStart({ python, tls, variables, log }: Options, port: number): Promise<Emulator | null> {
  const running = await start({
    command: python,
    args: [fileURLToPath(new URL("start_ministack.py", import.meta.url))],
    variables: {
      ...variables,
      GATEWAY_PORT: String(port),
      BIND_HOST: "127.0.0.1",
      // As on AWS: signatures and policies are checked, and some policies require TLS.
      AUTH: "true",
      USE_SSL: "1",
      MINISTACK_SSL_CERT: tls.cert,
      MINISTACK_SSL_KEY: tls.key,
      // For queue URLs: `localhost` may resolve to ::1, where nothing listens.
      MINISTACK_HOST: "127.0.0.1",
      MINISTACK_REGION: region,
      MINISTACK_ACCOUNT_ID: account,
      // Listeners on all interfaces, for services that the stack does not use.
      IOT_MTLS_ENABLED: "0",
      SFTP_ENABLED: "0",
      // Functions inherit it: the webhook receiver of the tests is on this machine.
      [functionVariables.webhooksToLoopback]: "allow",
    },
    log,
  });
  let hasEnded = false;
  void running.ended.then(() => {
    hasEnded = true;
  });
  const endpoint = `https://127.0.0.1:${port}`;
  const isReady = () =>
    fetch(`${endpoint}/_ministack/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  try {
    await until(async () => hasEnded || (await isReady()), { deadlineMs: 120_000, pauseMs: 200 });
  } catch (cause) {
    await running.stop();
    throw new Error(`ministack does not answer within 120 s:\n${await endOf(log)}`, { cause });
  }
  if (!hasEnded) return { endpoint, stop: running.stop };
  await running.stop();
  return null;
}
