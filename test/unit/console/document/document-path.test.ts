import { describe, expect, it } from "vitest";
import { toDocumentPath } from "#clients/console/document/document-path.ts";

describe("toDocumentPath", () => {
  it("encodes the type, the id and the moment", () => {
    expect(toDocumentPath("INVOICE", "a/b?..", "2026-05-11T08:00:00Z")).toBe(
      "/documents/INVOICE/a%2Fb%3F..?at=2026-05-11T08%3A00%3A00Z",
    );
  });

  it.each(["", ".", "..", "\ud800"])("returns null for the id %j, which would address another page", (id) => {
    expect(toDocumentPath("INVOICE", id)).toBeNull();
  });

  it("takes ids that only begin with dots", () => {
    expect(toDocumentPath("INVOICE", "...")).toBe("/documents/INVOICE/...");
  });
});
