import { describe, expect, it } from "vitest";
import { parseActivityRequest } from "#shared/api/finzbooks/query.ts";
import type { ActivityRoute } from "#shared/api/finzbooks/routes.ts";
import { documentTypes, platformTypes } from "#shared/events/entity-types.ts";
import { aFilter } from "#test/support/builders.ts";
import { catchError } from "#test/support/catch-error.ts";

const feed: ActivityRoute = { kind: "activity", path: "/api/public/v1/activity", document: null };
const timeline: ActivityRoute = { kind: "activity", path: "…", document: { type: "BILL", id: "bill_1" } };

const read = (query: string, route = feed) => parseActivityRequest(route, new URLSearchParams(query));

function expectInvalid(query: string, field: string, route = feed) {
  const error = catchError(() => read(query, route));
  expect([error.code, error.context.field]).toEqual(["invalid_value", field]);
  expect(error.message.length).toBeLessThan(200);
  return error;
}

it("asks for the newest hundred of everything where nothing is asked", () => {
  expect(read("")).toEqual({ filter: aFilter(), limit: 100, cursor: null, eventId: null, include: new Set() });
});

it("combines every filter", () => {
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

describe("a parameter that is unknown", () => {
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
  ])("%.40s is refused, with the names that are known", (query, field, hint) => {
    const error = expectInvalid(query, field);
    expect(error.message).toBe(`Unknown parameter '${field}'.${hint}`);
    expect(error.context.details).toEqual({ valid: known });
  });

  it("passes where browsers and links add it", () => {
    expect(read("utm_source=x&utm_medium=a&utm_medium=b&_=1778488212&fbclid=x")).toEqual(read(""));
  });

  it.each(["entity_type=BILL", "entity_id=x", "actor_user_id=usr_1"])(
    "is on a timeline what its path has answered: %s",
    (query) => {
      const error = expectInvalid(query, query.split("=")[0] ?? "", timeline);
      expect(error.context.details).toEqual({ valid: ["organization_id", ...ofAll] });
    },
  );
});

describe("limit", () => {
  it.each([1, 2, 99, 100, 500])("%i is taken", (limit) => expect(read(`limit=${limit}`).limit).toBe(limit));

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
  ])("%s is refused", (limit) => {
    expectInvalid(`limit=${limit}`, "limit");
  });
});

describe("entity_type", () => {
  it.each(documentTypes)("%s is taken", (type) => expect(read(`entity_type=${type}`).filter.entity_type).toBe(type));

  it.each(["FOO", "invoice", "", "INVOICE,BILL", "INVOICE ", "toString", "__proto__", ...platformTypes])(
    "%j is refused, with the list of those that are",
    (type) => {
      const error = expectInvalid(`entity_type=${type}`, "entity_type");
      expect(error.message).toBe(`Unknown entity_type '${type}'.`);
      expect(error.context.details).toEqual({ valid: documentTypes });
    },
  );

  it("is not repeated at length when it is nonsense", () => {
    expectInvalid(`entity_type=${"x".repeat(10_000)}`, "entity_type");
  });
});

describe.each(["entity_id", "actor_user_id"])("%s", (field) => {
  it.each(["inv#1", "a/b", "a b", "счёт", "🧾", "'; DROP", "x".repeat(256)])("%j is taken as it is", (id) => {
    expect(read(`${field}=${encodeURIComponent(id)}`).filter).toMatchObject({ [field]: id });
  });

  it.each(["", "%00", "a%0Ab", "%7F", "x".repeat(257)])("%j is refused", (id) => {
    expectInvalid(`${field}=${id}`, field);
  });
});

it("takes entity_id without entity_type", () => {
  expect(read("entity_id=inv_1").filter).toEqual(aFilter({ entity_id: "inv_1" }));
});

describe("since and until", () => {
  it.each([
    ["2026-05-11", "2026-05-11T00:00:00.000Z", "2026-05-11T23:59:59.999Z"],
    ["2026-05-11T08:30:12%2B05:30", "2026-05-11T03:00:12.000Z", "2026-05-11T03:00:12.999Z"],
    ["2026-05-11T08:30:12+05:30", "2026-05-11T03:00:12.000Z", "2026-05-11T03:00:12.999Z"],
    ["2026-05-11T08:30:12", "2026-05-11T08:30:12.000Z", "2026-05-11T08:30:12.999Z"],
    ["2026-05-11T24:00:00Z", "2026-05-12T00:00:00.000Z", "2026-05-12T00:00:00.000Z"],
    ["0001-01-01", "0001-01-01T00:00:00.000Z", "0001-01-01T23:59:59.999Z"],
    ["9999-12-31", "9999-12-31T00:00:00.000Z", "9999-12-31T23:59:59.999Z"],
  ])("%s is from %s to %s", (text, since, until) => {
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
  ])("%s is refused", (text) => {
    expectInvalid(`since=${text}`, "since");
    expectInvalid(`until=${text}`, "until");
  });

  it("are cut to the milliseconds that are stored, so that an event is found by its own time", () => {
    const own = "2026-05-11T08:30:12.123456Z";
    const { filter } = read(`since=${own}&until=${own}`);
    expect(filter).toMatchObject({ since: "2026-05-11T08:30:12.123Z", until: "2026-05-11T08:30:12.123Z" });
  });

  it("are refused in the wrong order, and on a timeline too", () => {
    const error = expectInvalid("since=2026-05-12&until=2026-05-11", "since");
    expect(error.message).toBe("since must not be after until.");
    expectInvalid("since=2026-05-12&until=2026-05-11", "since", timeline);
  });
});

describe("action", () => {
  it.each(["INVOICE_PAID", "EMAIL_SENT", "A1_B2", `A_${"B".repeat(62)}`])(
    "%s is taken, on a timeline too",
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
  ])("%j is refused", (action) => {
    expect(expectInvalid(`action=${action}`, "action").message).toContain("such as INVOICE_PAID");
  });
});

describe("include", () => {
  it.each([
    ["actor", ["actor"]],
    ["text,related", ["text", "related"]],
    ["cursor,actor,cursor", ["cursor", "actor"]],
  ])("%s is taken, on a timeline too", (text, names) => {
    expect(read(`include=${text}`).include).toEqual(new Set(names));
    expect(read(`include=${text}`, timeline).include).toEqual(new Set(names));
  });

  it.each(["", "actor,", "Actor", "actor%20text", "actor,%20text", "metadata", "toString", "x".repeat(9_000)])(
    "%j is refused, with the names that there are",
    (text) => {
      const { context } = expectInvalid(`include=${text}`, "include");
      expect(context.details).toEqual({ valid: ["actor", "text", "related", "cursor"] });
    },
  );
});

describe("event_id", () => {
  const id = "evt_3d1a80e05d5b3a3dac8c7c12a5c0b300";

  it("is taken for one document", () => {
    expect(read(`event_id=${id}&entity_id=inv_1`).eventId).toBe(id);
    expect(read(`event_id=${id}&entity_id=inv_1&entity_type=INVOICE&action=INVOICE_PAID`).eventId).toBe(id);
    expect(read(`event_id=${id}`, timeline).eventId).toBe(id);
  });

  it.each([
    "since=2026-05-11T00:00:00Z&until=2026-05-12T00:00:00Z",
    "since=2026-05-11T08:30:12Z&until=2026-05-11T08:30:12Z",
    "since=2026-05-11T22:00:00Z&until=2026-05-12T04:00:00%2B05:30",
  ])("is taken for a day at most: %s", (range) => {
    expect(read(`event_id=${id}&${range}`).eventId).toBe(id);
  });

  it.each(["", "since=2026-05-11", "until=2026-05-11", "entity_type=INVOICE", "actor_user_id=usr_1"])(
    "is refused without a document or a day, and told what to add: %j",
    (rest) => {
      const error = catchError(() => read(`event_id=${id}&${rest}`));
      expect([error.code, error.context.field]).toEqual(["required_field", "entity_id"]);
      expect(error.message).toMatch(/Add entity_id, or since and until/);
    },
  );

  it("is refused for more than a day", () => {
    const range = "since=2026-05-11T00:00:00Z&until=2026-05-12T00:01:00Z";
    expect(expectInvalid(`event_id=${id}&${range}`, "until").message).toMatch(/24 hours/);
  });

  it.each(["", "evt_1", id.toUpperCase(), `${id}0`, "x".repeat(9_000)])("is refused where it is no id: %j", (text) => {
    expectInvalid(`event_id=${text}&entity_id=inv_1`, "event_id");
  });

  it("is refused with a cursor: there are no pages", () => {
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
])("refuses %s given twice, even with one value", (name) => {
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

describe("a document's timeline", () => {
  it("is all of the document, page by page and within a time", () => {
    const { filter, limit } = read("limit=10&since=2026-05-01", timeline);
    expect(filter).toEqual(aFilter({ entity_type: "BILL", entity_id: "bill_1", since: "2026-05-01T00:00:00.000Z" }));
    expect(limit).toBe(10);
  });

  it.each(["a\u0000", "\ud800", "x".repeat(257)])("is refused for the id %j", (id) => {
    expectInvalid("", "entity_id", { ...timeline, document: { type: "BILL", id } });
  });
});

it("reads ten thousand parameters", () => {
  const query = Array.from({ length: 10_000 }, (_, at) => `utm_${at}=1`).join("&");
  expect(read(`${query}&limit=5`).limit).toBe(5);
  expectInvalid(`${query.replaceAll("utm_", "p")}&limit=5`, "p0");
});
