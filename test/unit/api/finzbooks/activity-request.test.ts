import { describe, expect, it } from "vitest";
import { parseListActivity } from "#shared/api/finzbooks/operations/list-activity.ts";
import { parseDocumentActivity } from "#shared/api/finzbooks/operations/list-document-activity.ts";
import { documentTypes, platformTypes } from "#shared/events/entity-types.ts";
import { aFilter } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

type Parse = (query: URLSearchParams) => ReturnType<typeof parseListActivity>;

const timelineOf =
  (id: string): Parse =>
  (query) =>
    parseDocumentActivity({ type: "BILL", id }, query);

const timeline = timelineOf("bill_1");

const read = (query: string, parse: Parse = parseListActivity) => parse(new URLSearchParams(query));

function expectInvalid(query: string, field: string, parse: Parse = parseListActivity) {
  const error = catchError(() => read(query, parse));
  expect([error.code, error.context.field]).toEqual(["invalid_value", field]);
  expect(error.message.length).toBeLessThan(200);
  return error;
}

it("parseListActivity returns the newest hundred events without filters when no parameter is set", () => {
  expect(read("")).toEqual({ filter: aFilter(), limit: 100, cursor: null, eventId: null, include: new Set() });
});

it("parseListActivity combines all filters", () => {
  const query =
    "entity_type=INVOICE&entity_id=inv_1&actor_user_id=usr_1&action=INVOICE_PAID&since=2026-05-01" +
    "&until=2026-05-31T23:59:59Z&limit=7&cursor=abc&include=actor,cursor";
  expect(read(query)).toEqual({
    filter: aFilter({
      entity_type: "INVOICE",
      entity_id: "inv_1",
      actor_user_id: "usr_1",
      action: "INVOICE_PAID",
      since: "2026-05-01T00:00:00.000Z",
      until: "2026-05-31T23:59:59.999Z",
    }),
    limit: 7,
    cursor: "abc",
    eventId: null,
    include: new Set(["actor", "cursor"]),
  });
});

describe("parseListActivity, unknown parameter", () => {
  const ofAll = ["action", "event_id", "since", "until", "limit", "cursor", "include"];
  const known = ["organization_id", "entity_type", "entity_id", "actor_user_id", ...ofAll];

  it.each([
    ["entityType=BILL", "entityType", " Did you mean entity_type?"],
    ["entity_type[]=BILL", "entity_type[]", " Did you mean entity_type?"],
    ["entityId=inv_a", "entityId", " Did you mean entity_id?"],
    ["SINCE=2026-05-11", "SINCE", " Did you mean since?"],
    ["unitl=2026-05-11", "unitl", " Did you mean until?"],
    ["limt=1&limt=2", "limt", " Did you mean limit?"],
    ["page=2&limit=1", "page", ""],
    ["__proto__=1", "__proto__", ""],
    ["constructor=1", "constructor", ""],
    ["=1", "", ""],
    ["xutm_source=1", "xutm_source", ""],
    [`${"x".repeat(10_000)}=1`, "x".repeat(64), ""],
  ])("%.40s is refused with the known names", (query, field, hint) => {
    const error = expectInvalid(query, field);
    expect(error.message).toBe(`Unknown parameter '${field}'.${hint}`);
    expect(error.context.details).toEqual({ valid: known });
  });

  it("is ignored when browsers or links add it", () => {
    expect(read("utm_source=x&utm_medium=a&utm_medium=b&_=1778488212&fbclid=x")).toEqual(read(""));
  });

  it.each(["entity_type=BILL", "entity_id=x", "actor_user_id=usr_1"])(
    "on a timeline includes the parameters of its path: %s",
    (query) => {
      const error = expectInvalid(query, query.split("=")[0] ?? "", timeline);
      expect(error.context.details).toEqual({ valid: ["organization_id", ...ofAll] });
    },
  );
});

describe("parseListActivity, limit", () => {
  it.each([1, 2, 99, 100, 500])("accepts %i", (limit) => expect(read(`limit=${limit}`).limit).toBe(limit));

  it.each([
    "0",
    "-1",
    "501",
    "1000",
    "1e2",
    "1.5",
    "1.0",
    "10x",
    "",
    "+5",
    "%205",
    "5%20",
    "05",
    "0x10",
    "NaN",
    "٣",
    "Infinity",
  ])("refuses %s", (limit) => {
    expectInvalid(`limit=${limit}`, "limit");
  });
});

describe("parseListActivity, entity_type", () => {
  it.each(documentTypes)("accepts %s", (type) => expect(read(`entity_type=${type}`).filter.entity_type).toBe(type));

  it.each(["FOO", "invoice", "", "INVOICE,BILL", "INVOICE ", "toString", "__proto__", ...platformTypes])(
    "refuses %j with the valid types",
    (type) => {
      const error = expectInvalid(`entity_type=${type}`, "entity_type");
      expect(error.message).toBe(`Unknown entity_type '${type}'.`);
      expect(error.context.details).toEqual({ valid: documentTypes });
    },
  );

  it("shortens an invalid value in the error", () => {
    expectInvalid(`entity_type=${"x".repeat(10_000)}`, "entity_type");
  });
});

describe.each(["entity_id", "actor_user_id"])("parseListActivity, %s", (field) => {
  it.each(["inv#1", "a/b", "a b", "счёт", "🧾", "'; DROP", "x".repeat(256)])("accepts %j unchanged", (id) => {
    expect(read(`${field}=${encodeURIComponent(id)}`).filter).toMatchObject({ [field]: id });
  });

  it.each(["", "%00", "a%0Ab", "%7F", "x".repeat(257)])("refuses %j", (id) => {
    expectInvalid(`${field}=${id}`, field);
  });
});

it("parseListActivity accepts entity_id without entity_type", () => {
  expect(read("entity_id=inv_1").filter).toEqual(aFilter({ entity_id: "inv_1" }));
});

describe("parseListActivity, since and until", () => {
  it.each([
    ["2026-05-11", "2026-05-11T00:00:00.000Z", "2026-05-11T23:59:59.999Z"],
    ["2026-05-11T08:30:12%2B05:30", "2026-05-11T03:00:12.000Z", "2026-05-11T03:00:12.999Z"],
    ["2026-05-11T08:30:12+05:30", "2026-05-11T03:00:12.000Z", "2026-05-11T03:00:12.999Z"],
    ["2026-05-11T08:30:12", "2026-05-11T08:30:12.000Z", "2026-05-11T08:30:12.999Z"],
    ["2026-05-11T24:00:00Z", "2026-05-12T00:00:00.000Z", "2026-05-12T00:00:00.000Z"],
    ["0001-01-01", "0001-01-01T00:00:00.000Z", "0001-01-01T23:59:59.999Z"],
    ["9999-12-31", "9999-12-31T00:00:00.000Z", "9999-12-31T23:59:59.999Z"],
  ])("of %s are %s to %s", (text, since, until) => {
    expect(read(`since=${text}&until=${text}`).filter).toMatchObject({ since, until });
  });

  it.each([
    "",
    "yesterday",
    "2026-02-30",
    "2026-05-11T24:00:01Z",
    "24h",
    "20260511T083012Z",
    "1778488212",
    "0000-01-01",
    "%2B10000-01-01",
    "9".repeat(400),
  ])("refuse %s", (text) => {
    expectInvalid(`since=${text}`, "since");
    expectInvalid(`until=${text}`, "until");
  });

  it("are cut to stored milliseconds, so that an event is found by its own time", () => {
    const own = "2026-05-11T08:30:12.123456Z";
    const { filter } = read(`since=${own}&until=${own}`);
    expect(filter).toMatchObject({ since: "2026-05-11T08:30:12.123Z", until: "2026-05-11T08:30:12.123Z" });
  });

  it("are refused in the wrong order, also on a timeline", () => {
    const error = expectInvalid("since=2026-05-12&until=2026-05-11", "since");
    expect(error.message).toBe("since must not be after until.");
    expectInvalid("since=2026-05-12&until=2026-05-11", "since", timeline);
  });
});

describe("parseListActivity, action", () => {
  it.each(["INVOICE_PAID", "EMAIL_SENT", "A1_B2", `A_${"B".repeat(62)}`])(
    "accepts %s, also on a timeline",
    (action) => {
      expect(read(`action=${action}`).filter).toEqual(aFilter({ action }));
      expect(read(`action=${action}`, timeline).filter.action).toBe(action);
    },
  );

  it.each([
    "",
    "invoice_paid",
    "INVOICE",
    "INVOICE_PAID,BILL_PAID",
    "INVOICE_*",
    "INVOICE_PAID%20",
    `A_${"B".repeat(63)}`,
  ])("refuses %j", (action) => {
    expect(expectInvalid(`action=${action}`, "action").message).toContain("such as INVOICE_PAID");
  });
});

describe("parseListActivity, include", () => {
  it.each([
    ["actor", ["actor"]],
    ["text,related", ["text", "related"]],
    ["cursor,actor,cursor", ["cursor", "actor"]],
  ])("accepts %s, also on a timeline", (text, names) => {
    expect(read(`include=${text}`).include).toEqual(new Set(names));
    expect(read(`include=${text}`, timeline).include).toEqual(new Set(names));
  });

  it.each(["", "actor,", "Actor", "actor%20text", "actor,%20text", "metadata", "toString", "x".repeat(9_000)])(
    "refuses %j with the valid options",
    (text) => {
      const { context } = expectInvalid(`include=${text}`, "include");
      expect(context.details).toEqual({ valid: ["actor", "text", "related", "sequence", "cursor"] });
    },
  );
});

describe("parseListActivity, event_id", () => {
  const id = "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300";

  it("is accepted with a document", () => {
    expect(read(`event_id=${id}&entity_id=inv_1`).eventId).toBe(id);
    expect(read(`event_id=${id}&entity_id=inv_1&entity_type=INVOICE&action=INVOICE_PAID`).eventId).toBe(id);
    expect(read(`event_id=${id}`, timeline).eventId).toBe(id);
  });

  it.each([
    "since=2026-05-11T00:00:00Z&until=2026-05-12T00:00:00Z",
    "since=2026-05-11T08:30:12Z&until=2026-05-11T08:30:12Z",
    "since=2026-05-11T22:00:00Z&until=2026-05-12T04:00:00%2B05:30",
  ])("is accepted with a range of at most a day: %s", (range) => {
    expect(read(`event_id=${id}&${range}`).eventId).toBe(id);
  });

  it.each(["", "since=2026-05-11", "until=2026-05-11", "entity_type=INVOICE", "actor_user_id=usr_1"])(
    "is refused without a document or a day, with the remedy: %j",
    (rest) => {
      const error = catchError(() => read(`event_id=${id}&${rest}`));
      expect([error.code, error.context.field]).toEqual(["required_field", "entity_id"]);
      expect(error.message).toMatch(/Add entity_id, or since and until/);
    },
  );

  it("is refused with a range of more than a day", () => {
    const range = "since=2026-05-11T00:00:00Z&until=2026-05-12T00:01:00Z";
    expect(expectInvalid(`event_id=${id}&${range}`, "until").message).toMatch(/24 hours/);
  });

  it.each(["", "evt_1", id.toUpperCase(), `${id}0`, "x".repeat(9_000)])("is refused when malformed: %j", (text) => {
    expectInvalid(`event_id=${text}&entity_id=inv_1`, "event_id");
  });

  it("is refused with a cursor", () => {
    expectInvalid(`event_id=${id}&entity_id=inv_1&cursor=abc`, "cursor");
  });
});

it.each([
  "entity_type",
  "entity_id",
  "actor_user_id",
  "action",
  "event_id",
  "since",
  "until",
  "limit",
  "cursor",
  "include",
])("parseListActivity refuses a repeated %s, even with one value", (name) => {
  const valid = {
    entity_type: "BILL",
    limit: "5",
    since: "2026-05-11",
    until: "2026-05-11",
    action: "BILL_PAID",
    include: "text",
  };
  const value = Object.entries(valid).find(([known]) => known === name)?.[1] ?? "x";
  expectInvalid(`${name}=${value}&${name}=${value}`, name);
});

describe("parseListActivity, timeline", () => {
  it("selects the events of the document, with paging and bounds", () => {
    const { filter, limit } = read("limit=10&since=2026-05-01", timeline);
    expect(filter).toEqual(aFilter({ entity_type: "BILL", entity_id: "bill_1", since: "2026-05-01T00:00:00.000Z" }));
    expect(limit).toBe(10);
  });

  it.each(["a\u0000", "\ud800", "x".repeat(257)])("refuses the id %j", (id) => {
    expectInvalid("", "entity_id", timelineOf(id));
  });
});

it("parseListActivity handles ten thousand parameters", () => {
  const query = Array.from({ length: 10_000 }, (_, at) => `utm_${at}=1`).join("&");
  expect(read(`${query}&limit=5`).limit).toBe(5);
  expectInvalid(`${query.replaceAll("utm_", "p")}&limit=5`, "p0");
});
