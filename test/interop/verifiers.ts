import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSignedNote } from "#shared/ledger/formats/signed-note.ts";
import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { isFailing, run } from "./programs.ts";
import { sampleSize } from "./sample.ts";

/** The folder of a sample, and one for what is compiled and installed, which later runs use again. */
export type InteropFolders = { readonly sample: string; readonly cache: string };

/** Software of others that verifies the sample, and that a changed sample is refused. */
export type Verifier = {
  readonly name: string;
  /** The program that it needs, and the argument by which that prints its version. */
  readonly tool: readonly [command: string, versionArgument: string];
  /** Returns what was verified. Throws if something was not accepted, or a change not refused. */
  readonly verify: (folders: InteropFolders) => string;
  /** What `verify` returns for a complete sample. */
  readonly expected: string;
};

const { inclusion, consistency } = sampleSize;
const proofs = `inclusion=${inclusion} consistency=${consistency} refused=${inclusion + consistency}`;
const checkpoints = 20;

export const verifiers: readonly Verifier[] = [
  {
    name: "Go (x/mod/sumdb, transparency-dev)",
    tool: ["go", "version"],
    verify: verifyByGo,
    expected: proofs,
  },
  {
    name: "Rust (ct-merkle, ed25519-dalek)",
    tool: ["cargo", "--version"],
    verify: verifyByRust,
    expected: proofs,
  },
  {
    name: "Python (cryptography, hashlib)",
    tool: ["python3", "--version"],
    verify: verifyByPython,
    expected: proofs,
  },
  {
    name: "OpenSSL",
    tool: ["openssl", "version"],
    verify: verifyByOpenSsl,
    expected: `checkpoints=${checkpoints} refused=${checkpoints}`,
  },
];

const source = (language: string) => join(import.meta.dirname, language);

function verifyByGo({ sample, cache }: InteropFolders): string {
  const program = join(cache, "interop-go");
  run("go", ["build", "-C", source("go"), "-mod=readonly", "-o", program, "."]);
  return run(program, [sample]);
}

function verifyByRust({ sample, cache }: InteropFolders): string {
  const target = join(cache, "cargo");
  run("cargo", [
    "build",
    "--quiet",
    "--locked",
    "--manifest-path",
    join(source("rust"), "Cargo.toml"),
    "--target-dir",
    target,
  ]);
  return run(join(target, "debug/interop"), [sample]);
}

function verifyByPython({ sample, cache }: InteropFolders): string {
  return run(providePython(join(cache, "venv")), [join(source("python"), "verify.py"), sample]);
}

/** Returns the Python of a virtual environment with what verify.py needs, which it creates once. */
function providePython(environment: string): string {
  const requirements = join(source("python"), "requirements.txt");
  const marker = join(environment, "installed-requirements.txt");
  const python = join(environment, "bin/python");
  // A virtual environment only works at its original path.
  const wanted = `${environment}\n${readFileSync(requirements, "utf8")}`;
  if (existsSync(marker) && readFileSync(marker, "utf8") === wanted) return python;
  rmSync(environment, { recursive: true, force: true });
  run("python3", ["-m", "venv", environment]);
  run(python, [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--require-hashes",
    "-r",
    requirements,
  ]);
  writeFileSync(marker, wanted);
  return python;
}

/** The beginning of an Ed25519 public key in SPKI (RFC 8410); its 32 bytes follow. */
const spkiPrefix = Buffer.from("302a300506032b6570032100", "hex");

function verifyByOpenSsl({ sample }: InteropFolders): string {
  const { publicKey } = parseVerificationKey(readFileSync(join(sample, "key"), "utf8"));
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: "der", type: "spki" });
  const keyFile = join(sample, "key.pem");
  const textFile = join(sample, "text");
  const signatureFile = join(sample, "signature");
  const options = ["-pubin", "-inkey", keyFile, "-rawin", "-in", textFile, "-sigfile", signatureFile];
  writeFileSync(keyFile, key.export({ format: "pem", type: "spki" }));
  for (let number = 0; number < checkpoints; number += 1) {
    const note = parseSignedNote(readFileSync(join(sample, `consistency/${number}/older`), "utf8"));
    writeFileSync(signatureFile, note.signatures[0]?.signature ?? "");
    writeFileSync(textFile, note.text);
    run("openssl", ["pkeyutl", "-verify", ...options]);
    writeFileSync(textFile, note.text.replace("a", "b"));
    if (!isFailing("openssl", ["pkeyutl", "-verify", ...options]))
      throw new Error("A changed checkpoint was accepted.");
  }
  return `checkpoints=${checkpoints} refused=${checkpoints}`;
}
