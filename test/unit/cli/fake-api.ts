import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export type RecordedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
};

export type CannedResponse = {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
};

export type FakeApi = {
  readonly api: string;
  /** A folder in which the command line finds this API as the local stack's. */
  readonly cwd: string;
  readonly requests: RecordedRequest[];
};

const base = "/api/public/v1";

/**
 * A public API, a Lambda and an SQS that give canned answers, by `GET /webhooks/endpoints`: those of a list in turn, and the last
 * of them for ever. It knows nothing else.
 */
export async function fakeApi(
  answers: Readonly<Record<string, CannedResponse | readonly CannedResponse[]>>,
): Promise<FakeApi> {
  const requests: RecordedRequest[] = [];
  const turns = new Map(Object.entries(answers).map(([route, answer]) => [route, [answer].flat()]));
  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    const content = await text(request);
    requests.push({ method, path: url, headers, body: content === "" ? null : JSON.parse(content) });
    const left = turns.get(`${method} ${url.replace(base, "")}`) ?? [unknown];
    const { status = 200, headers: more = {}, body = { code: 0, message: "success" } } = left[0] ?? unknown;
    if (left.length > 1) left.shift();
    response.writeHead(status, { "content-type": "application/json", ...more }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const api = `http://127.0.0.1:${typeof address === "object" && address?.port}`;
  const cwd = mkdtempSync(join(tmpdir(), "activity-log-api-"));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
    rmSync(cwd, { recursive: true, force: true });
  });
  mkdirSync(join(cwd, ".local"));
  writeFileSync(join(cwd, ".local", "stack.json"), JSON.stringify(stackAt(api)));
  return { api, cwd, requests };
}

/** A success in the API's envelope. */
export function responseOf(body: object, status = 200): CannedResponse {
  return { status, body: { code: 0, message: "success", ...body } };
}

const unknown: CannedResponse = {
  status: 404,
  body: { code: "not_found.resource", message: "Resource not found. Check the path." },
};

function stackAt(api: string): object {
  const nowhere = "http://127.0.0.1:1";
  return {
    api,
    endpoints: { dynamodb: nowhere, sqs: api, lambda: api },
    queues: { ingest: `${api}/ingest`, rejected: `${api}/rejected` },
    tables: { events: "events", config: "config" },
    functions: { admin: "access", repair: "repair", reconcile: "reconcile" },
    logFiles: { events: "", access: "" },
    pid: process.pid,
    demo: { org_id: "org_demo", token: "demo-token" },
  };
}
