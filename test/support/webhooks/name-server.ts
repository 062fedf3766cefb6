import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { afterAll } from "vitest";

/** What a name server says to a question: a code of RFC 1035, section 4.1.1, or nothing at all. */
export type DnsResponse = "no error" | "SERVFAIL" | "NXDOMAIN" | "REFUSED" | "silence";

const codes = { "no error": 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** A resolver whose name server, a real one on a port of its own, finds no address and says so in one way. */
export async function startNameServer(
  verdict: DnsResponse,
  options: { timeout: number; tries: number },
): Promise<Resolver> {
  const server = createSocket("udp4", (question, { port, address }) => {
    if (verdict === "silence") return;
    const answer = Buffer.from(question);
    // A response, recursion available, and the code; everything else is the question again.
    answer.writeUInt16BE(0x8180 | codes[verdict], 2);
    server.send(answer, port, address);
  });
  await once(server.bind(0, "127.0.0.1"), "listening");
  afterAll(() => {
    server.close();
  });
  const resolver = new Resolver(options);
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  return resolver;
}
