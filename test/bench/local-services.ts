import { createHash, generateKeyPairSync, sign } from "node:crypto";
import * as z from "zod";

/** The data key of all secrets of the benchmark, in base64. */
const dataKey = Buffer.alloc(32, 7).toString("base64");

/** The key of all checkpoints of the benchmark. */
const pair = generateKeyPairSync("ed25519");
const { privateKey } = pair;
const publicKey = pair.publicKey.export({ format: "der", type: "spki" });

const SignRequest = z.object({ Message: z.string() });
const Message = z.object({ MessageBody: z.string() });
const Batch = z.object({ Entries: z.array(Message.extend({ Id: z.string() })) });

/** Clients compare it with the checksum of their message. */
function received({ MessageBody }: z.infer<typeof Message>) {
  return { MessageId: "message", MD5OfMessageBody: createHash("md5").update(MessageBody).digest("hex") };
}

const answers: Readonly<Record<string, (input: unknown) => object>> = {
  "AmazonSQS.SendMessage": (input) => received(Message.parse(input)),
  "AmazonSQS.SendMessageBatch": (input) => ({
    Successful: Batch.parse(input).Entries.map(({ Id, ...message }) => ({ Id, ...received(message) })),
    Failed: [],
  }),
  "TrentService.GenerateDataKeyWithoutPlaintext": () => ({ KeyId: "key", CiphertextBlob: dataKey }),
  "TrentService.Decrypt": () => ({ KeyId: "key", Plaintext: dataKey }),
  "TrentService.GetPublicKey": () => ({ KeyId: "key", PublicKey: publicKey.toString("base64") }),
  "TrentService.Sign": (input) => ({
    KeyId: "key",
    Signature: sign(null, Buffer.from(SignRequest.parse(input).Message, "base64"), privateKey).toString("base64"),
  }),
  "Logs_20140328.CreateLogStream": () => ({}),
  "Logs_20140328.PutLogEvents": () => ({}),
  "Logs_20140328.CreateExportTask": () => ({ taskId: "task" }),
};

/** Returns successful responses of SQS, KMS and CloudWatch Logs. Throws for other operations. */
export function answerLocally(operation: string, input: unknown): object {
  const answer = answers[operation];
  if (answer === undefined) throw new Error(`The benchmark has no answer to ${operation}.`);
  return answer(input);
}
