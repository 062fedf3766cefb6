import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { AwsEnvironment } from "#infra/local/aws-environment.ts";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResources } from "#infra/local/template/resources.ts";

export type KmsKeyUsage = "ENCRYPT_DECRYPT" | "SIGN_VERIFY";

/** A key of the template. */
export type KmsKey = {
  readonly arn: string;
  readonly usage: KmsKeyUsage;
  /** The AES-256 key, or the private key of Ed25519: 32 bytes either way. */
  readonly secret: Buffer;
};

export type KmsKeys = {
  /** Finds a key by its id, its ARN, or the name or ARN of an alias. */
  find(keyId: string): KmsKey | undefined;
};

type KmsKeysOptions = {
  readonly resources: TemplateResources;
  readonly awsEnvironment: AwsEnvironment;
  /** Folder that keeps the keys; in memory without one. */
  readonly data: string | undefined;
  readonly randomBytes: (size: number) => Buffer;
};

const keyPropertiesSchema = z.object({
  Enabled: z.literal(true).optional(),
  MultiRegion: z.literal(false).optional(),
});
const symmetricKeySchema = keyPropertiesSchema.extend({
  KeySpec: z.literal("SYMMETRIC_DEFAULT").default("SYMMETRIC_DEFAULT"),
  KeyUsage: z.literal("ENCRYPT_DECRYPT").default("ENCRYPT_DECRYPT"),
});
/** KMS cannot rotate asymmetric keys, so the template must not ask for it. */
const signingKeySchema = keyPropertiesSchema.extend({
  KeySpec: z.literal("ECC_NIST_EDWARDS25519"),
  KeyUsage: z.literal("SIGN_VERIFY"),
  EnableKeyRotation: z.literal(false).optional(),
});
const keySchema = z.union([signingKeySchema, symmetricKeySchema]);
const aliasSchema = z.object({ AliasName: z.string(), TargetKeyId: z.string() });

const secretBytes = 32;

/** Opens the template's KMS keys, each with a secret of its own. Throws when a kept one is damaged. */
export async function openKmsKeys({ resources, awsEnvironment, data, randomBytes }: KmsKeysOptions): Promise<KmsKeys> {
  const byName = new Map<string, KmsKey>();
  for (const resource of resources.ofType("AWS::KMS::Key")) {
    const { KeyUsage: usage } = parseProperties(keySchema, resource);
    const { ref, arn = ref } = resource;
    const created = randomBytes(secretBytes);
    const secret = data === undefined ? created : await keptSecret(join(data, `${ref}.kms-key`), created);
    const key = { arn, usage, secret };
    for (const name of [ref, arn]) byName.set(name, key);
  }
  for (const resource of resources.ofType("AWS::KMS::Alias")) {
    const { AliasName, TargetKeyId } = parseProperties(aliasSchema, resource);
    const key = byName.get(TargetKeyId);
    if (key === undefined) throw new Error(`${resource.id} names ${TargetKeyId}, which is no key of the template.`);
    for (const name of [AliasName, `arn:aws:kms:${awsEnvironment.region}:${awsEnvironment.account}:${AliasName}`])
      byName.set(name, key);
  }
  return { find: (keyId) => byName.get(keyId) };
}

async function keptSecret(file: string, created: Buffer): Promise<Buffer> {
  const kept = await readFile(file).catch((error) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  if (kept === undefined) {
    await writeFile(`${file}.partial`, created, { mode: 0o600 });
    await rename(`${file}.partial`, file);
    return created;
  }
  if (kept.length !== secretBytes) throw new Error(`its file ${file} is not the key that was written there`);
  return kept;
}
