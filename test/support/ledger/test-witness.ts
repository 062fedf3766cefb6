import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { parseConsistencyText } from "#shared/ledger/formats/consistency-text.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import type { TreeHead } from "#shared/ledger/merkle/consistency.ts";
import { verifyConsistency } from "#shared/ledger/merkle/consistency.ts";
import type { SendRequest, Witness } from "#shared/ledger/witnesses/add-checkpoint.ts";

const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * A witness in memory, by C2SP tlog-witness and tlog-cosignature and written from these: it signs a checkpoint that continues
 * the one before, and answers 409 with its size to a proof from another one.
 */
export function testWitness(name: string, { time = 1_780_000_000, seed = 9 } = {}) {
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, new Uint8Array(32).fill(seed)]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  const material = Buffer.concat([Buffer.of(4), publicKey]);
  const id = createHash("sha256").update(`${name}\n`).update(material).digest().subarray(0, 4);
  const verificationKey = `${name}+${id.toString("hex")}+${material.toString("base64")}`;
  let latest: TreeHead = { size: 0, root: new Uint8Array() };
  const requests: number[] = [];

  const cosign = (text: string, at = time) => {
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(at));
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${text}`), privateKey);
    return `— ${name} ${Buffer.concat([id, stamp, signature]).toString("base64")}\n`;
  };

  const send: SendRequest = async (url, { body }) => {
    if (!url.endsWith("/add-checkpoint")) return new Response("", { status: 404 });
    const { from, hashes, checkpoint } = parseConsistencyText(body);
    requests.push(from);
    const text = checkpoint.slice(0, checkpoint.indexOf("\n\n") + 1);
    const [, size = "", root = ""] = text.split("\n");
    const head = { size: Number(size), root: new Uint8Array(Buffer.from(root, "base64")) };
    if (from !== latest.size) return new Response(`${latest.size}\n`, { status: 409 });
    try {
      if (from > 0) verifyConsistency(latest, head, hashes);
    } catch {
      return new Response("", { status: 422 });
    }
    latest = head;
    return new Response(cosign(text));
  };

  const witness: Witness = {
    url: "https://witness.example/log",
    key: parseVerificationKey(verificationKey, "witness"),
  };
  return { witness, verificationKey, send, requests, cosign };
}
