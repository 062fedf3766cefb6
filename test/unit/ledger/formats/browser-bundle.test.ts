import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { formatVerificationKey } from "#shared/ledger/formats/verification-key.ts";
import { createExampleProof, exampleSigner } from "#test/support/ledger/example-proof.ts";

const page = `
  import { parseLoggedEntry } from "#shared/ledger/formats/logged-entry.ts";
  import { parseTlogProof, verifyTlogProof } from "#shared/ledger/formats/tlog-proof.ts";
  import { parseVerificationKey } from "#shared/ledger/formats/verification-key.ts";
  const proof = parseTlogProof(text);
  const { leaf, canonical } = parseLoggedEntry(proof.extra);
  globalThis.result = verifyTlogProof(proof, leaf, [parseVerificationKey(key)]).then(({ size }) => ({ canonical, size }));
`;

describe("verifyTlogProof", () => {
  it("verifies a proof in a bundle for browsers, with nothing but what browsers have", async () => {
    const { outputFiles } = await build({
      stdin: { contents: page, resolveDir: import.meta.dirname, loader: "ts" },
      bundle: true,
      format: "iife",
      platform: "browser",
      write: false,
    });
    const text = await createExampleProof(70);
    const globals = {
      text,
      key: formatVerificationKey(exampleSigner.key),
      atob,
      btoa,
      crypto,
      TextDecoder,
      TextEncoder,
    };
    const context = createContext(globals);
    runInContext(outputFiles[0]?.text ?? "", context);
    expect(await runInContext("result", context)).toEqual({ canonical: '{"a":"1"}', size: 100 });
  });
});
