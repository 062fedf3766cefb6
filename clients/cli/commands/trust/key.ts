import { defineCommand } from "#clients/cli/command.ts";
import { CliError } from "#clients/cli/command-result.ts";
import { resolveStack } from "#clients/cli/stack/resolve-stack.ts";
import { createVerificationKey, formatVerificationKey } from "#shared/ledger/formats/verification-key.ts";

export const trustKey = defineCommand({
  name: "trust key",
  summary:
    "Shows the verification key of an organisation's log, from KMS and not from the API: hand it over in another way than proofs.",
  examples: ["trust key --org org_8f9a1c2d"],
  options: { org: { value: "ORG", help: "the organisation", required: true } },
  async run({ text }, context) {
    const org = text("org") ?? "";
    const { trust: { name, key: keyArn } = {}, clientConfig } = await resolveStack(context, text("stack"));
    if (name === undefined || keyArn === undefined) {
      throw new CliError("failed", "The stack has no key for checkpoints. Deploy it again.");
    }
    // Imported on demand, as all clients of AWS.
    const { KMSClient } = await import("@aws-sdk/client-kms");
    const { createKmsCheckpointKey } = await import("#shared/ledger/aws/kms-checkpoint-key.ts");
    const key = createKmsCheckpointKey(keyArn, new KMSClient(clientConfig("kms")));
    const origin = `${name}/${org}`;
    const verification_key = formatVerificationKey(createVerificationKey(origin, await key.getPublicKey()));
    return { text: verification_key, json: { origin, verification_key, kms_key: keyArn } };
  },
});
