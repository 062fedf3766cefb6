import XMLBuilder from "fast-xml-builder";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What XML 1.0 has no way to write (section 2.2, "Char"), halves of surrogate pairs included. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** A carriage return that is not written as a reference is read as a line feed (section 2.11). */
const references: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;" };

function escaped(text: string): string {
  return text.replaceAll(forbidden, "").replaceAll(/[&<>\r]/g, (character) => references[character] ?? "");
}

const options = {
  suppressEmptyNode: true,
  // The builder's own entities leave carriage returns as they are.
  processEntities: false,
  tagValueProcessor: (_: string, value: unknown) => (typeof value === "string" ? escaped(value) : value),
};

const indented = new XMLBuilder({ ...options, format: true, indentBy: "    " });
const compact = new XMLBuilder(options);

/** Writes a document, indented as the vendor's pages show it. Empty text is an empty element. */
export function toXml(document: Readonly<Record<string, unknown>>): string {
  return declaration + indented.build(document);
}

/** The same on one line. */
export function toCompactXml(document: Readonly<Record<string, unknown>>): string {
  return declaration + compact.build(document);
}
