import { once } from "node:events";
import { Worker } from "node:worker_threads";
import * as z from "zod";

export type SqsEmulator = {
  /** Ignored by fauxqs. */
  readonly accessKey: string;
  readonly origin: string;
  /** Resolves when the worker fails. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
};

const readySchema = z.object({ port: z.number() });

/** Starts fauxqs in a thread of its own, on a free loopback port; `data` is the folder of its database, if any. */
export async function startSqs(data: string | undefined): Promise<SqsEmulator> {
  const worker = new Worker(new URL("./sqs-worker.ts", import.meta.url), {
    workerData: { data },
    env: {},
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const [message] = await once(worker, "message");
  const failed = new Promise<Error>((resolve) => worker.once("error", resolve));
  return {
    failed,
    accessKey: "local",
    origin: `http://127.0.0.1:${readySchema.parse(message).port}`,
    async stop() {
      worker.postMessage("stop");
      await Promise.race([once(worker, "message"), once(worker, "exit")]);
      await worker.terminate();
    },
  };
}
