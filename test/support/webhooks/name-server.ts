import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { afterAll } from "vitest";

/** The response of a name server: a code of RFC 1035, section 4.1.1, or no response. */
export type DnsResponse = "no error" | "SERVFAIL" | "NXDOMAIN" | "REFUSED" | "silence";

const codes = { "no error": 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

/** Starts a local name server that responds like this, without an address. Returns a resolver that queries it. */
export async function startNameServer(
  response: DnsResponse,
  options: { timeout: number; tries: number },
): Promise<Resolver> {
  const server = createSocket("udp4", (question, { port, address }) => {
    if (response === "silence") return;
    const packet = Buffer.from(question);
    // Flags of a response with recursion available, and the code. The rest repeats the question.
    packet.writeUInt16BE(0x8180 | codes[response], 2);
    server.send(packet, port, address);
  });
  await once(server.bind(0, "127.0.0.1"), "listening");
  afterAll(() => {
    server.close();
  });
  const resolver = new Resolver(options);
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  return resolver;
}
