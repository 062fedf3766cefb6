import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { answerLocally } from "#test/bench/local-services.ts";

/** Path of the webhook receiver. Every other path belongs to an AWS service. */
export const hookPath = "/hook";

/** A call that a function made. */
export type Call = {
  readonly operation: string;
  readonly input: unknown;
  /** Concurrent calls have the same number. */
  readonly wave: number;
};

type ProxiedResponse = { readonly status: number; readonly text: string };
type Taped = Call & { readonly answer: Promise<ProxiedResponse> };

/**
 * Proxy between a function and the services that it calls. It records responses, and replays them byte by byte, so that
 * each start gets the same responses, and DynamoDB's latency adds no noise.
 */
export class RecordReplayProxy {
  readonly #server: Server;
  readonly #dynamodb: string;
  #taped: Taped[] = [];
  #left: Taped[] | null = null;
  #underway = 0;
  #wave = 0;
  #unknown: string | undefined;

  private constructor(dynamodb: string) {
    this.#dynamodb = dynamodb;
    this.#server = createServer((request, response) => this.#serve(request, response));
  }

  static async open(dynamodb: string): Promise<RecordReplayProxy> {
    const proxy = new RecordReplayProxy(dynamodb);
    await once(proxy.#server.listen(0, "127.0.0.1"), "listening");
    return proxy;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("The proxy does not listen.");
    return `http://127.0.0.1:${address.port}`;
  }

  /** Forwards calls to the services. Returns the calls of `run`. */
  async record(run: () => Promise<unknown>): Promise<readonly Call[]> {
    this.#taped = [];
    this.#wave = 0;
    await run();
    return this.#taped;
  }

  /** Replays the recorded responses. Throws if `run` makes other calls than the recorded ones. */
  async play<T>(run: () => Promise<T>): Promise<T> {
    const left = [...this.#taped];
    this.#left = left;
    this.#unknown = undefined;
    const result = await run().finally(() => {
      this.#left = null;
    });
    const [missed] = left;
    if (this.#unknown !== undefined) throw new Error(`${this.#unknown} was called, but not recorded.`);
    if (missed !== undefined) throw new Error(`${missed.operation} was recorded, but not called.`);
    return result;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), "close");
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await request.toArray()).toString();
    const { "x-amz-target": target } = request.headers;
    const operation = target === undefined ? hookPath : String(target);
    const { status, text } = await this.#answer(operation, body, request).catch((error: unknown) => {
      this.#unknown = operation;
      return { status: 400, text: JSON.stringify({ __type: "Unanswered", message: String(error) }) };
    });
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(text);
  }

  async #answer(operation: string, body: string, request: IncomingMessage): Promise<ProxiedResponse> {
    if (this.#left !== null) {
      const at = this.#left.findIndex((taped) => taped.operation === operation);
      const [taped] = at < 0 ? [] : this.#left.splice(at, 1);
      if (taped === undefined) throw new Error("The call was not recorded.");
      // Other responses contain a checksum of the request, which has varying ids and times, and cannot be replayed.
      return operation.startsWith("DynamoDB") ? taped.answer : this.#ask(operation, body, request);
    }
    if (this.#underway === 0) this.#wave += 1;
    this.#underway += 1;
    const answer = this.#ask(operation, body, request);
    this.#taped.push({ operation, input: JSON.parse(body), wave: this.#wave, answer });
    return answer.finally(() => {
      this.#underway -= 1;
    });
  }

  async #ask(operation: string, body: string, { headers }: IncomingMessage): Promise<ProxiedResponse> {
    if (operation === hookPath) return { status: 204, text: "" };
    if (!operation.startsWith("DynamoDB")) {
      return { status: 200, text: JSON.stringify(answerLocally(operation, JSON.parse(body))) };
    }
    const { authorization = "", "content-type": type = "" } = headers;
    const forwarded = { authorization, "content-type": type, "x-amz-target": operation };
    const answer = await fetch(this.#dynamodb, { method: "POST", headers: forwarded, body });
    const text = await answer.text();
    return { status: answer.status, text };
  }
}
