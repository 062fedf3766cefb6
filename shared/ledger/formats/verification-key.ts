import { sha256 } from "#sha256";
import { decodeBase64, encodeBase64 } from "#shared/ledger/encoding/base64.ts";
import { concatBytes } from "#shared/ledger/encoding/concat-bytes.ts";
import { encodeHex } from "#shared/ledger/encoding/hex.ts";
import { encodeUtf8 } from "#shared/ledger/encoding/utf8.ts";
import { ProofError } from "#shared/ledger/proof-error.ts";

/** A public key that signs notes: Ed25519 (C2SP signed-note, "Verifier keys"). */
export type VerificationKey = {
  /** Of a log: the origin of its checkpoints. */
  readonly name: string;
  /** 8 hexadecimal digits that, with the name, identify the key among the signatures of a note. */
  readonly id: string;
  /** 32 bytes (RFC 8032). */
  readonly publicKey: Uint8Array<ArrayBuffer>;
};

/** Keys of logs sign the text of a note; those of witnesses a time as well (C2SP tlog-cosignature). */
const keyTypes = { log: 0x01, witness: 0x04 } as const;

export type KeyType = keyof typeof keyTypes;

const publicKeyBytes = 32;
const idDigits = 8;

/** White space, control characters and the plus sign would make a key, or a line of a note, ambiguous. */
const invalidNameCharacter = /[\p{White_Space}\p{Cc}+]/u;

/** Returns whether a text can be the name of a key. */
export function isKeyName(name: string): boolean {
  return name !== "" && name.isWellFormed() && !invalidNameCharacter.test(name);
}

/** Creates the verification key with the id that the specification recommends. Throws `ProofError`. */
export function createVerificationKey(name: string, publicKey: Uint8Array, type: KeyType = "log"): VerificationKey {
  if (!isKeyName(name))
    throw new ProofError("malformed", "The name of the key is empty or has a space or a plus sign.");
  if (publicKey.length !== publicKeyBytes) {
    throw new ProofError("malformed", `The key has ${publicKey.length} bytes instead of ${publicKeyBytes}.`);
  }
  const material = concatBytes(Uint8Array.of(keyTypes[type]), publicKey);
  const id = encodeHex(sha256(concatBytes(encodeUtf8(`${name}\n`), material))).slice(0, idDigits);
  return { name, id, publicKey: material.slice(1) };
}

/** Returns the key as text: its name, its id, and its type and bytes in Base64, separated by plus signs. */
export function formatVerificationKey({ name, id, publicKey }: VerificationKey, type: KeyType = "log"): string {
  return `${name}+${id}+${encodeBase64(concatBytes(Uint8Array.of(keyTypes[type]), publicKey))}`;
}

/** Parses a key. Throws `ProofError` if it is malformed, if its id is not that of the key, or if it is of another type. */
export function parseVerificationKey(text: string, type: KeyType = "log"): VerificationKey {
  const [name = "", id, ...rest] = text.split("+");
  if (rest.length === 0)
    throw new ProofError("malformed", "The key does not have three parts separated by plus signs.");
  const material = decodeBase64(rest.join("+"), "The last part of the key");
  if (material[0] !== keyTypes[type]) {
    throw new ProofError("unsupported-key", `The key is not of type ${keyTypes[type]}, Ed25519 of a ${type}.`);
  }
  const key = createVerificationKey(name, material.subarray(1), type);
  if (id === key.id) return key;
  throw new ProofError("malformed", `The id of the key is ${key.id} and not what the text states.`);
}
