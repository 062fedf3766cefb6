import { parseXml, XmlElement } from "@rgrove/parse-xml";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toCompactXml, toXml } from "#shared/api/simplybooks/format/xml.ts";

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

const written = (text: string) => toCompactXml({ text });

describe("toXml, text", () => {
  it.each([
    ["plain", "plain"],
    ["a & b", "a &amp; b"],
    ["<b>", "&lt;b&gt;"],
    ["]]>", "]]&gt;"],
    ["<![CDATA[x]]>", "&lt;![CDATA[x]]&gt;"],
    ["<!-- x -->", "&lt;!-- x --&gt;"],
    ["&amp;", "&amp;amp;"],
    ["&#0;", "&amp;#0;"],
    ["\"quoted\" and 'quoted'", "\"quoted\" and 'quoted'"],
    ["счёт 🧾 ₹", "счёт 🧾 ₹"],
    ["a\tb\nc", "a\tb\nc"],
    ["a\r\nb\rc", "a&#13;\nb&#13;c"],
    ["  spaces  ", "  spaces  "],
    ["007", "007"],
    ["1e3", "1e3"],
    ["true", "true"],
    ["9007199254740993", "9007199254740993"],
    ["$& $1 $$", "$&amp; $1 $$"],
  ])("writes %j as %j", (text, xml) => expect(written(text)).toBe(`${declaration}<text>${xml}</text>`));

  it("writes empty text as an empty element", () => expect(written("")).toBe(`${declaration}<text/>`));

  it.each([
    ["a\u0000b", "ab"],
    ["a\u0008b", "ab"],
    ["a\u000bb\u000cc", "abc"],
    ["a\u001bb\u001fc", "abc"],
    ["a\ufffeb\uffffc", "abc"],
    ["a\ud800b", "ab"],
    ["a\udc00b", "ab"],
    ["a\udc00\ud800b", "ab"],
    ["a\ud83e", "a"],
    ["\ud83e\udd16\ud83e", "\ud83e\udd16"],
    ["a\u007f\u0085\ufffdb", "a\u007f\u0085\ufffdb"],
    ["\u{10ffff}", "\u{10ffff}"],
  ])("removes characters of %j that XML forbids", (text, left) =>
    expect(written(text)).toBe(`${declaration}<text>${left}</text>`),
  );
});

describe("toXml, document", () => {
  it("is indented by four spaces, with an element for each item of a list", () => {
    const references = { reference: [{ type: "a", id: "1" }, { type: "b" }] };
    expect(toXml({ activity: { id: "7", none: "", references } })).toBe(`${declaration}<activity>
    <id>7</id>
    <none/>
    <references>
        <reference>
            <type>a</type>
            <id>1</id>
        </reference>
        <reference>
            <type>b</type>
        </reference>
    </references>
</activity>
`);
  });

  it("toCompactXml returns one line", () => {
    expect(toCompactXml({ data: { error: "client_id unknown" } })).toBe(
      `${declaration}<data><error>client_id unknown</error></data>`,
    );
  });

  it("has an empty element for an empty list", () => {
    expect(toXml({ activities: { activity: [] } })).toBe(`${declaration}<activities/>\n`);
    expect(toXml({ a: { references: { reference: [] } } })).toBe(`${declaration}<a>\n    <references/>\n</a>\n`);
  });
});

/** What XML 1.0 has characters for (section 2.2), by the numbers of its table. */
function isAllowed(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  const ranges = [
    [0x9, 0xa],
    [0xd, 0xd],
    [0x20, 0xd7ff],
    [0xe000, 0xfffd],
    [0x10000, 0x10ffff],
  ] as const;
  return ranges.some(([from, to]) => code >= from && code <= to);
}

const anyCharacter = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
  fc.constantFrom(..."<>&'\"\r\n\t;#]![-?", "\ud83e", "\udd16", "&#", "]]>", "<![CDATA[", "-->", "<?"),
);
const anyText = fc.array(anyCharacter, { maxLength: 60 }).map((characters) => characters.join(""));

/** The children of the root, as a parser sees them. */
function readBack(xml: string): (readonly [string, string])[] {
  const children = parseXml(xml).root?.children ?? [];
  return children.flatMap((child) => (child instanceof XmlElement ? [[child.name, child.text] as const] : []));
}

it.each([
  ["indented", toXml],
  ["compact", toCompactXml],
])("toXml (property) returns XML that parses to the same values, except for forbidden characters: %s", (_, write) => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      const clean = (text: string) => [...text].filter(isAllowed).join("");
      expect(readBack(write({ root: { one, other: [other, one] } }))).toEqual([
        ["one", clean(one)],
        ["other", clean(other)],
        ["other", clean(one)],
      ]);
    }),
    { numRuns: 2_000 },
  );
});
