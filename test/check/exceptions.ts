/** What the check of the vocabulary leaves out. */
export const exceptions = {
  files: [
    // The list of what is refused, and its test.
    "docs/glossary.md",
    "test/check/",
    "test/unit/check/",
    "package-lock.json",
    // Requests and responses of other vendors.
    "test/golden/",
  ],
  lines: [],
} as const satisfies { readonly files: readonly string[]; readonly lines: readonly string[] };
