import XMLBuilder from "fast-xml-builder";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Characters that XML 1.0 cannot represent (section 2.2, "Char"), including lone surrogates. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Parsers read a literal carriage return as a line feed (section 2.11), so it needs a reference. */
const references: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

function escapeXml(text: string): string {
  return text.replaceAll(forbidden, "").replaceAll(/[&<>\r]/g, (character) => references[character] ?? "");
}

const options = {
  suppressEmptyNode: true,
  // The builder would not escape carriage returns.
  processEntities: false,
  tagValueProcessor: (_: string, value: unknown) => (typeof value === "string" ? escapeXml(value) : value),
};

const indented = new XMLBuilder({ ...options, format: true, indentBy: "    " });
const compact = new XMLBuilder(options);

/** Returns a document as XML, indented like the vendor's examples. Empty text becomes an empty element. */
export function toXml(document: Readonly<Record<string, unknown>>): string {
  return declaration + indented.build(document);
}

/** Returns a document as XML on one line. */
export function toCompactXml(document: Readonly<Record<string, unknown>>): string {
  return declaration + compact.build(document);
}
