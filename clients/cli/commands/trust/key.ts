import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
import type { CheckpointKey } from "#shared/ledger/checkpoints/checkpoint-key.ts";
import { anchorsLog } from "#shared/ledger/chunk.ts";
import { createVerificationKey, formatVerificationKey } from "#shared/ledger/formats/verification-key.ts";

export const trustKey = defineCommand({
  name: "trust key",
  summary:
    "Shows the verification keys of an organisation's log, and of the log of anchors, from KMS and not from the API: hand them over in another way than proofs. Does not check that the organisation exists.",
  examples: ["trust key --org org_8f9a1c2d"],
  options: { org: { value: "ORG", help: "the organisation", required: true } },
  async run({ text }, context) {
    const { trust: { name, keys } = {}, clientConfig } = await resolveStack(context, text("stack"));
    if (name === undefined || keys === undefined) {
      throw new CliError("failed", "The stack has no key for checkpoints. Deploy it again.");
    }
    // Imported on demand, as all clients of AWS.
    const { KMSClient } = await import("@aws-sdk/client-kms");
    const { createCheckpointKeys } = await import("#shared/ledger/aws/checkpoint-keys.ts");
    const checkpointKeys = createCheckpointKeys(keys, new KMSClient(clientConfig("kms")));
    const origins = [text("org") ?? "", anchorsLog].map((log) => `${name}/${log}`);
    const described = await Promise.all(
      origins.flatMap((origin) => checkpointKeys.map((key) => describe(key, origin))),
    );
    const lines = described.map(({ verification_key, signs_from, signs_until }) =>
      [verification_key, signs_from && `signs from ${signs_from}`, signs_until && `signs until ${signs_until}`]
        .filter((part) => part !== null)
        .join("  "),
    );
    return { text: lines.join("\n"), json: { keys: described } };
  },
});

async function describe(key: CheckpointKey, origin: string) {
  return {
    origin,
    verification_key: formatVerificationKey(createVerificationKey(origin, await key.getPublicKey())),
    signs_from: key.from?.toISOString() ?? null,
    signs_until: key.until?.toISOString() ?? null,
  };
}
