import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type FilterOperator,
  filterPattern,
  matchesCondition,
  parseActivityFilter,
} from "#shared/api/simplybooks/filter/conditions.ts";
import { foldCase, matchesSearch } from "#shared/api/simplybooks/filter/search.ts";
import { type ActivityField, activityFields, toActivity } from "#shared/api/simplybooks/mapping.ts";
import { toJsonText } from "#shared/events/event.ts";
import { anEvent, anOrg } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

/** An invoice of the vendor's example, sent at `2026-05-11 08:30:12`. */
const activity = toActivity(
  anEvent({
    entity_id: "2002",
    actor: toJsonText({ name: "John Doe" }),
    contact_id: "1001",
    related: toJsonText([
      { entity_type: "CONTACT", entity_id: "1001" },
      { entity_type: "ESTIMATE", entity_id: "4004" },
    ]),
    text: "Factuur verzonden",
    information: "Factuur 2012-0001 = verzonden (ID 2002)",
  }),
  { org: anOrg(), origin: "https://api.example.com" },
);

it("toActivity names the user on whose behalf the actor acted, then the actor", () => {
  const actor = toJsonText({ name: "Support", on_behalf_of: { user_id: "usr_9", name: "Anna" } });
  const { user } = toActivity(anEvent({ actor }), { org: anOrg(), origin: "https://api.example.com" });
  expect(user).toBe("Anna (by Support)");
});

const isMet = (filter: string, over: Partial<typeof activity> = {}) =>
  parseActivityFilter(filter).every((condition) => matchesCondition({ ...activity, ...over }, condition));

function expectInvalid(filter: string, field: string) {
  const error = catchError(() => parseActivityFilter(filter));
  expect([error.code, error.context.field]).toEqual(["invalid_value", field]);
  return error;
}

const spellings: readonly (readonly [FilterOperator, string])[] = [
  ["eq", "="],
  ["ne", "!="],
  ["le", "<="],
  ["ge", ">="],
  ["lt", "<"],
  ["gt", ">"],
];

describe("parseActivityFilter", () => {
  it.each(["", " "])("returns no conditions for %j", (text) => expect(parseActivityFilter(text)).toEqual([]));

  it("ignores a comma at the end", () => {
    expect(parseActivityFilter("client_id=1,")).toEqual(parseActivityFilter("client_id=1"));
    expect(parseActivityFilter("client_id=1,type=x, ")).toEqual(parseActivityFilter("client_id=1,type=x"));
  });

  it("accepts what the OpenAPI pattern accepts, and refuses other syntax", () => {
    const field = fc.constantFrom(...activityFields.filter((name) => name !== "references" && name !== "date"));
    const sign = fc.constantFrom("=~", "!=", "<=", ">=", "=", "<", ">", ...spellings.map(([word]) => `__${word}__`));
    const part = fc.tuple(field, sign, fc.string({ unit: "binary", maxLength: 8 })).map((parts) => parts.join(""));
    const separator = fc.constantFrom(",", ", ", " ,", "");
    fc.assert(
      fc.property(fc.array(fc.tuple(part, separator), { maxLength: 4 }), (parts) => {
        const text = parts.flat().join("");
        try {
          parseActivityFilter(text);
        } catch (error) {
          // A value of these may hold a comma, and what follows it need not be a condition.
          expect(error).toMatchObject({ code: "invalid_value" });
          return;
        }
        expect(filterPattern.test(text), JSON.stringify(text)).toBe(true);
      }),
    );
    for (const text of ["x", ",", "client_id", "client_id:1", "client_id=1,,type=x"]) {
      expect(filterPattern.test(text), text).toBe(false);
    }
  });

  it.each(spellings)("returns the same for %s and %s", (operator, sign) => {
    const condition = { field: "client_id", operator, value: "1001" };
    expect(parseActivityFilter(`client_id${sign}1001`)).toEqual([condition]);
    expect(parseActivityFilter(`client_id__${operator}__1001`)).toEqual([condition]);
  });

  it("parses =~ as contains", () => {
    expect(parseActivityFilter("information=~2012")).toEqual([
      { field: "information", operator: "contains", value: "2012" },
    ]);
  });

  it("returns several conditions in their order and ignores spaces around them", () => {
    expect(parseActivityFilter("type=invoice_email, client_id__ne__1 ,date>=2026-05-01")).toEqual([
      { field: "type", operator: "eq", value: "invoice_email" },
      { field: "client_id", operator: "ne", value: "1" },
      { field: "date", operator: "ge", value: "2026-05-01" },
    ]);
  });

  it.each([
    ["user=a=b", "eq", "a=b"],
    ["user==~b", "eq", "=~b"],
    ["user=~=b", "contains", "=b"],
    ["user=!=", "eq", "!="],
    ["user=", "eq", ""],
    ["user__eq__", "eq", ""],
    ["user=a__ne__b", "eq", "a__ne__b"],
    ["user__ne__a__eq__b", "ne", "a__eq__b"],
    ["user__eq__=x", "eq", "=x"],
    ["user=Jan\nPiet", "eq", "Jan\nPiet"],
    ["user=Élodie 🧾", "eq", "Élodie 🧾"],
  ])("of %j takes everything after the first operator as the value", (filter, operator, value) => {
    expect(parseActivityFilter(filter)).toEqual([{ field: "user", operator, value }]);
  });

  it.each(activityFields.filter((field) => field !== "references" && field !== "date"))(
    "accepts the field %s",
    (field) => {
      expect(parseActivityFilter(`${field}=x`)).toEqual([{ field, operator: "eq", value: "x" }]);
      expect(parseActivityFilter(`${field}__eq__x`)).toEqual([{ field, operator: "eq", value: "x" }]);
    },
  );
});

describe("parseActivityFilter, invalid", () => {
  it.each([
    ["nonsense=1", "nonsense"],
    ["references=1", "references"],
    ["linked_client_id=1", "linked_client_id"],
    ["client=1", "client"],
    ["constructor=1", "constructor"],
    ["client_id=1,foo__eq__2", "foo"],
    ["client_id__like=2", "client_id__like"],
  ])("%s names an unknown field, which the error names", (filter, field) => {
    expect(expectInvalid(filter, field).message).toBe(`${field} unknown`);
  });

  it.each([
    "x",
    "client_id",
    "=1",
    "client_id:1",
    "client_id~1",
    "Client_id=1",
    "client_id =1",
    "client_id__like__1",
    "client_id__EQ__1",
    ",client_id=1",
    ",",
    "client_id=1,,",
    "client_id=1,,type=x",
    "x1=2",
  ])("%j is not a condition", (filter) => {
    expect(expectInvalid(filter, "filter").message).toMatch(/^filter unknown/);
  });

  it.each(["date=", "date=x", "date>2026-02-30", "date<=31-05-2026", "date!=2026", "date__lt__2026-05-31T10:00:00Z"])(
    "%s has an invalid date",
    (filter) => expect(expectInvalid(filter, "date").message).toMatch(/^date unknown/),
  );

  it("refuses more than 2,000 characters or 20 conditions", () => {
    const longest = `user=${"x".repeat(1_995)}`;
    expect(parseActivityFilter(longest)).toHaveLength(1);
    expect(expectInvalid(`${longest}x`, "filter").message).toBe("filter too long");
    const most = Array.from({ length: 20 }, (_, index) => `client_id!=${index}`).join(",");
    expect(parseActivityFilter(most)).toHaveLength(20);
    expect(expectInvalid(`${most},user=x`, "filter").message).toBe("filter too long");
  });

  it("shortens invalid input in the error", () => {
    expect(expectInvalid("§".repeat(2_000), "filter").message.length).toBeLessThan(200);
  });
});

describe("matchesCondition, text", () => {
  it.each([
    ["type=invoice_email", true],
    ["type=Invoice_email", false],
    ["type=invoice", false],
    ["type!=invoice_email", false],
    ["type!=invoice_create", true],
    ["user=John Doe", true],
    ["user=john doe", false],
    ["user>=John", true],
    ["user<John", false],
    ["user>John Doe", false],
    ["user<=John Doe", true],
    ["user<Kim", true],
    ["user>Kim", false],
    ["user=~JOHN", true],
    ["user=~hn d", true],
    ["user=~jane", false],
    ["user=~", true],
    ["information=~= VERZONDEN", true],
    ["uri=~/api/v1/activities/", true],
    ["description=Factuur verzonden,user=~doe,type=invoice_email", true],
    ["description=Factuur verzonden,user=~jane,type=invoice_email", false],
  ])("%s is %s", (filter, expected) => expect(isMet(filter)).toBe(expected));

  it("contains ignores case", () => {
    expect(isMet("user=~éLOD", { user: "Élodie" })).toBe(true);
    expect(isMet("user=~éLOD", { user: "Elodie" })).toBe(false);
    expect(isMet("user=~e\u0301lod", { user: "Élodie" })).toBe(true);
  });
});

describe("matchesCondition, id", () => {
  it.each([
    ["invoice_id=2002", true],
    ["invoice_id!=2002", false],
    ["invoice_id<10000", true],
    ["invoice_id>999", true],
    ["invoice_id<=2002", true],
    ["invoice_id>=2002", true],
    ["invoice_id<2002", false],
    ["invoice_id>2002", false],
    ["invoice_id<=999", false],
    ["invoice_id=~00", true],
    ["invoice_id=2002.0", false],
    ["client_id=1001", true],
    ["linked_quote_id=4004", true],
    ["quote_id=4004", false],
    [`activity_id=${activity.activity_id}`, true],
    ["activity_id>1", true],
    ["activity_id<99999999999999999999999999", true],
  ])("%s is %s, compared as numbers", (filter, expected) => expect(isMet(filter)).toBe(expected));

  it("compares numbers above 2^53 exactly", () => {
    const over = { invoice_id: "9007199254740993" };
    expect(isMet("invoice_id>9007199254740992", over)).toBe(true);
    expect(isMet("invoice_id=9007199254740992", over)).toBe(false);
    expect(isMet("invoice_id<9007199254740994", over)).toBe(true);
  });

  it("compares values that are not numbers as text", () => {
    const over = { invoice_id: "inv_9" };
    expect(isMet("invoice_id<inv_10", over)).toBe(false);
    expect(isMet("invoice_id>inv_10", over)).toBe(true);
    expect(isMet("invoice_id=inv_9", over)).toBe(true);
    expect(isMet("invoice_id<1e9", { invoice_id: "-5" })).toBe(true);
  });

  it.each(["quote_id", "receipt_id", "subscription_id", "linked_invoice_id"] satisfies ActivityField[])(
    "treats an absent %s as empty text",
    (field) => {
      expect(isMet(`${field}=`)).toBe(true);
      expect(isMet(`${field}__eq__`)).toBe(true);
      expect(isMet(`${field}!=`)).toBe(false);
      expect(isMet(`${field}!=1`)).toBe(true);
      expect(isMet(`${field}<1`)).toBe(true);
      expect(isMet(`${field}>=0`)).toBe(false);
      expect(isMet(`${field}=null`)).toBe(false);
      expect(isMet(`${field}=~n`)).toBe(false);
    },
  );

  it("does not treat a present value as empty text", () => {
    expect(isMet("invoice_id=")).toBe(false);
    expect(isMet("invoice_id!=")).toBe(true);
  });
});

/** Which of the six operators hold, in the order of `spellings`. */
const outcomes = (value: string, date: string) => spellings.map(([, sign]) => isMet(`date${sign}${value}`, { date }));

describe("matchesCondition, date", () => {
  const [before, within, after] = [
    [false, true, true, false, true, false],
    [true, false, true, true, false, false],
    [false, true, false, true, false, true],
  ];

  it.each([
    ["2026-05-11", "2026-05-10 23:59:59", before],
    ["2026-05-11", "2026-05-11 00:00:00", within],
    ["2026-05-11", "2026-05-11 08:30:12", within],
    ["2026-05-11", "2026-05-11 23:59:59", within],
    ["2026-05-11", "2026-05-12 00:00:00", after],
    ["2026-05-11 08:30", "2026-05-11 08:29:59", before],
    ["2026-05-11 08:30", "2026-05-11 08:30:00", within],
    ["2026-05-11 08:30", "2026-05-11 08:30:59", within],
    ["2026-05-11 08:30", "2026-05-11 08:31:00", after],
    ["2026-05-11 08:30:12", "2026-05-11 08:30:11", before],
    ["2026-05-11 08:30:12", "2026-05-11 08:30:12", within],
    ["2026-05-11T08:30:12", "2026-05-11 08:30:12", within],
    ["2026-05-11 08:30:12", "2026-05-11 08:30:13", after],
  ])("%s is a range that is checked with %s", (value, date, expected) => {
    expect(outcomes(value, date)).toEqual(expected);
  });

  it.each([
    ["date=~2026-05", true],
    ["date=~08:30", true],
    ["date=~2025", false],
    ["date=~", true],
    ["date>=2026-05-01,date<2026-06-01", true],
    ["date>=2026-05-01,date<2026-05-11", false],
  ])("%s is %s", (filter, expected) => expect(isMet(filter)).toBe(expected));
});

describe("matchesSearch and foldCase", () => {
  it.each([
    "INVOICE_EMAIL",
    "john",
    "Doe",
    "factuur",
    "2012-0001",
    "1001",
    "2002",
    "4004",
    activity.activity_id,
    "",
    "VERZONDEN",
  ])("%j matches", (term) => expect(matchesSearch(activity, foldCase(term))).toBe(true));

  it.each([
    ["Cafe\u0301-1", "Café-1"],
    ["Café-1", "CAFE\u0301-1"],
    ["istanbul", "İSTANBUL"],
    ["İstanbul", "istanbul"],
    ["DIYARBAKIR", "Diyarbakır"],
    ["STRASSE", "Hauptstraße 1"],
    ["ΟΔΟΣ", "οδος"],
    ["οδοσ", "ΟΔΟΣΑ"],
    ["ﬁx", "Fixkosten"],
  ])("of %j matches %j", (term, text) => {
    expect(matchesSearch({ ...activity, information: text }, foldCase(term))).toBe(true);
  });

  it("skips normalisation of a text with more combining marks than any language uses", () => {
    expect(foldCase("E\u0301\u0316")).toBe("\u00e9\u0316".normalize("NFC"));
    const marks = "\u0301\u0316".repeat(2_000);
    expect(foldCase(`E${marks}`)).toBe(`e${marks}`);
  });

  it("distinguishes accents", () => {
    expect(matchesSearch({ ...activity, information: "Café" }, foldCase("cafe"))).toBe(false);
  });

  it.each(["jane", "9999", "https://", "2026-05-11 08", "John  Doe", "null"])("%j does not match", (term) => {
    expect(matchesSearch(activity, term)).toBe(false);
  });
});
