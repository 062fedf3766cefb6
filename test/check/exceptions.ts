/** Beginnings of the paths that are not checked. */
export const uncheckedPaths: readonly string[] = [
  // The list of what is refused, and its test.
  "docs/glossary.md",
  "test/check/",
  "test/unit/check/",
  "package-lock.json",
  // Requests and responses of other vendors.
  "test/golden/",
];
