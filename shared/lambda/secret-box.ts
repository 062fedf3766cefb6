import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { DecryptCommand, GenerateDataKeyCommand } from "@aws-sdk/client-kms";
import { calling } from "../store/faults.ts";
import type { Endpoint, SecretBox } from "../webhooks/endpoint.ts";
import { kmsClient } from "./clients.ts";

/** NIST SP 800-38D, section 8.2.2: a random nonce of 96 bits, here the only one of its key. */
const nonceBytes = 12;

const algorithm = "aes-256-gcm";
const tagBytes = 16;

const rememberedMs = 5 * 60_000;
const rememberedAtMost = 1_000;

type Owner = Pick<Endpoint, "org_id" | "endpoint_id">;

/**
 * Envelope encryption: KMS makes a data key for each secret, which is kept encrypted beside it; both are bound to
 * organisation and endpoint. What was opened is remembered for five minutes, so that a busy endpoint costs one call.
 * Throws `ActivityError` `unavailable` where KMS has trouble that passes.
 */
export function secretBox(keyArn: string, kms = kmsClient(), now = () => new Date()): SecretBox {
  const opened = new Map<string, { readonly secret: Promise<string>; readonly until: number }>();

  const open = async (sealed: string, owner: Owner): Promise<string> => {
    const [version, dataKey, nonce, tag, text] = sealed.split(".");
    if (version !== "v1" || !dataKey || !nonce || !tag || !text) throw unopened(owner);
    const decryption = kms.send(
      new DecryptCommand({ KeyId: keyArn, CiphertextBlob: fromText(dataKey), EncryptionContext: contextOf(owner) }),
    );
    const { Plaintext: key } = await calling(decryption).catch((error: unknown) => {
      throw error instanceof Error && error.name === "InvalidCiphertextException" ? unopened(owner) : error;
    });
    if (key === undefined) throw unopened(owner);
    try {
      const decipher = createDecipheriv(algorithm, key, fromText(nonce), { authTagLength: tagBytes });
      decipher.setAAD(boundTo(owner)).setAuthTag(fromText(tag));
      return Buffer.concat([decipher.update(fromText(text)), decipher.final()]).toString("utf8");
    } catch {
      throw unopened(owner);
    } finally {
      key.fill(0);
    }
  };

  return {
    async seal(secret, owner) {
      const { Plaintext: key, CiphertextBlob: dataKey } = await calling(
        kms.send(
          new GenerateDataKeyCommand({ KeyId: keyArn, KeySpec: "AES_256", EncryptionContext: contextOf(owner) }),
        ),
      );
      if (key === undefined || dataKey === undefined) throw new Error("KMS gave no data key.");
      try {
        const nonce = randomBytes(nonceBytes);
        const cipher = createCipheriv(algorithm, key, nonce).setAAD(boundTo(owner));
        const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
        return ["v1", ...[dataKey, nonce, cipher.getAuthTag(), text].map(toText)].join(".");
      } finally {
        key.fill(0);
      }
    },

    async open(sealed, owner) {
      const name = `${owner.org_id} ${owner.endpoint_id} ${sealed}`;
      const known = opened.get(name);
      if (known !== undefined && known.until > now().getTime()) return known.secret;
      const secret = open(sealed, owner);
      opened.delete(name);
      opened.set(name, { secret, until: now().getTime() + rememberedMs });
      if (opened.size > rememberedAtMost) opened.delete(opened.keys().next().value ?? "");
      secret.catch(() => opened.delete(name));
      return secret;
    },
  };
}

/** KMS refuses to decrypt a data key in another context than it was made in. */
function contextOf({ org_id, endpoint_id }: Owner): Record<string, string> {
  return { org_id, endpoint_id };
}

function boundTo({ org_id, endpoint_id }: Owner): Buffer {
  return Buffer.from(`${org_id}\n${endpoint_id}`);
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function fromText(text: string): Buffer {
  return Buffer.from(text, "base64url");
}

function unopened({ endpoint_id }: Owner): Error {
  return new Error(`A secret of endpoint ${endpoint_id} is damaged, or belongs to another endpoint.`);
}
