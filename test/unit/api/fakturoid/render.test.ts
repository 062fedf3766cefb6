import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toNumericId } from "#shared/api/fakturoid/ids/numeric-id.ts";
import { type FakturoidAccount, renderEvent, renderEvents, renderUser } from "#shared/api/fakturoid/render.ts";
import type { EntityType } from "#shared/events/entity-types.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { parseEvent } from "#shared/events/parse-event.ts";
import { anEvent, anInputText, anOrg, aToken, testNow } from "#test/support/builders.ts";

const account: FakturoidAccount = { time_zone: "UTC", robot_name: "Robot" };

const shown = (over: Partial<ActivityEvent> = {}, at = account) => JSON.parse(renderEvent(anEvent(over), at));
const createdAt = (occurred_at: string, time_zone: string) =>
  shown({ occurred_at }, { ...account, time_zone }).created_at;

/** An event as it is stored when a service writes this beside what `anInput` has. */
const stored = (extra: string) => parseEvent(anInputText({}, extra), { now: testNow, entropy: "render" }).event;

describe("renderEvent", () => {
  it("returns exactly the vendor's keys, in the vendor's order", () => {
    const event = anEvent({
      entity_id: "27",
      actor_user_id: "5",
      related: toJsonText([{ entity_type: "CONTACT", entity_id: "16", entity_ref: null }]),
      contact_id: "16",
      information: "not shown",
      payment_status: "paid",
    });
    const rendered = JSON.parse(renderEvent(event, account));
    expect(Object.keys(rendered)).toEqual(["name", "created_at", "text", "related_objects", "user", "params"]);
    expect(rendered.related_objects.map(Object.keys)).toEqual([
      ["id", "type"],
      ["id", "type"],
    ]);
    expect(Object.keys(rendered.user)).toEqual(["id", "full_name", "avatar"]);
  });

  it("renderEvents returns an array", () => {
    expect(renderEvents([], account)).toBe("[]");
    const event = renderEvent(anEvent(), account);
    expect(renderEvents([anEvent(), anEvent()], account)).toBe(`[${event},${event}]`);
  });

  it("omits the event's id, organisation, metadata and storage fields", () => {
    const text = renderEvent(anEvent({ metadata: toJsonText({ ip: "203.0.113.4" }) }), account);
    for (const hidden of [anEvent().event_id, anEvent().org_id, anEvent().recorded_at, "203.0.113.4"]) {
      expect(text).not.toContain(hidden);
    }
  });

  it("returns the writer's text, else a generated sentence", () => {
    expect(shown({ text: "Paid and thank you note sent " }).text).toBe("Paid and thank you note sent ");
    expect(shown().text).toBe("Invoice INV-2026-0042 sent");
  });

  it("(property) returns valid JSON of the stored values for any text", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
    const id = text.filter((value) => !/^\d+$/.test(value));
    const shownId = (value: string) => ({ id: toNumericId(value).id, custom_id: value });
    fc.assert(
      fc.property(id, id, text, fc.dictionary(text, fc.jsonValue()), (entity_id, actor, said, params) => {
        const event = anEvent({ entity_id, actor_user_id: actor, text: said, params: toJsonText(params) });
        const rendered = JSON.parse(renderEvents([event], account))[0];
        expect(rendered).toMatchObject({ text: said, user: shownId(actor) });
        expect(rendered.related_objects).toEqual([{ ...shownId(entity_id), type: "Invoice" }]);
        expect(JSON.stringify(rendered.params)).toBe(JSON.stringify(JSON.parse(toJsonText(params))));
      }),
    );
  });
});

describe("renderEvent, created_at", () => {
  it.each([
    ["2023-12-01T08:05:47.183Z", "Europe/Prague", "2023-12-01T09:05:47.183+01:00"],
    ["2023-07-01T22:30:00.000Z", "Europe/Prague", "2023-07-02T00:30:00.000+02:00"],
    ["2026-03-29T00:59:59.999Z", "Europe/Prague", "2026-03-29T01:59:59.999+01:00"],
    ["2026-03-29T01:00:00.000Z", "Europe/Prague", "2026-03-29T03:00:00.000+02:00"],
    ["2026-10-25T00:59:59.999Z", "Europe/Prague", "2026-10-25T02:59:59.999+02:00"],
    ["2026-10-25T01:00:00.000Z", "Europe/Prague", "2026-10-25T02:00:00.000+01:00"],
    ["2026-05-11T08:30:12.000Z", "Asia/Kolkata", "2026-05-11T14:00:12.000+05:30"],
    ["2026-12-31T18:30:00.000Z", "Asia/Kolkata", "2027-01-01T00:00:00.000+05:30"],
    ["2026-05-11T08:30:12.007Z", "UTC", "2026-05-11T08:30:12.007+00:00"],
    ["2026-01-01T03:29:59.000Z", "America/St_Johns", "2025-12-31T23:59:59.000-03:30"],
    ["2011-12-30T09:59:59.999Z", "Pacific/Apia", "2011-12-29T23:59:59.999-10:00"],
    ["2011-12-30T10:00:00.000Z", "Pacific/Apia", "2011-12-31T00:00:00.000+14:00"],
  ])("%s in %s becomes %s", (occurred_at, zone, expected) => expect(createdAt(occurred_at, zone)).toBe(expected));

  it("is the same moment in every time zone, as local time with offset", () => {
    const zones = ["UTC", "Europe/Prague", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"];
    const moments = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2037, 0, 1) });
    fc.assert(
      fc.property(moments, fc.constantFrom(...zones), (ms, timeZone) => {
        const text = createdAt(new Date(ms).toISOString(), timeZone);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
        expect(Date.parse(text)).toBe(ms);
        // Swedish writes dates the way of ISO 8601.
        const wall = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(ms);
        expect(text.slice(0, 19)).toBe(wall.replace(" ", "T"));
      }),
    );
  });
});

describe("toNumericId", () => {
  const shownAs = (id: string) => {
    const { related_objects, user } = shown({ entity_id: id, actor_user_id: id });
    expect(related_objects[0].id).toBe(user.id);
    expect(related_objects[0].custom_id).toBe(user.custom_id);
    return { id: user.id, custom_id: user.custom_id };
  };

  it.each(["0", "27", "999999999999999", "4503599627370495"])("keeps the whole number %s", (id) => {
    expect(shownAs(id)).toEqual({ id: Number(id), custom_id: undefined });
    expect(renderEvent(anEvent({ entity_id: id }), account)).toContain(
      `"related_objects":[{"id":${id},"type":"Invoice"}]`,
    );
  });

  it.each([
    ["inv_8c3f1a9b", 8320451015777600],
    ["usr_demo", 4673450973414221],
    ["4503599627370496", 5218296514299755],
    ["9007199254740993", 7349369731356035],
    ["007", 6238580918925232],
    ["-1", 4990505990461203],
    ["1.0", 8180321804315301],
    ["1e3", 4698336130319726],
    ["٣", 4966482521560850],
    ["12\n", 7353211886012154],
  ])("maps %j to %s and keeps the text as custom_id", (id, number) => {
    expect(shownAs(id)).toEqual({ id: number, custom_id: id });
  });

  it("returns a safe integer, and no derived number equals an id", () => {
    const id = fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.stringMatching(/^\d{1,20}$/));
    fc.assert(
      fc.property(id, (text) => {
        const { id: number, custom_id } = shownAs(text);
        expect(Number.isSafeInteger(number)).toBe(true);
        expect(custom_id ?? String(number)).toBe(text);
        expect(number >= 2 ** 52).toBe(custom_id !== undefined);
      }),
    );
  });
});

describe("renderEvent, related_objects", () => {
  type Named = readonly [EntityType, string];
  const related = (...entities: Named[]) =>
    toJsonText(entities.map(([entity_type, entity_id]) => ({ entity_type, entity_id, entity_ref: null })));
  const objects = (over: Partial<ActivityEvent>) =>
    shown(over).related_objects.map(({ type, id }: { type: string; id: unknown }) => [type, id]);

  it.each<[EntityType, string]>([
    ["INVOICE", "Invoice"],
    ["EXPENSE", "Expense"],
    ["BILL", "Expense"],
    ["ESTIMATE", "Estimate"],
    ["GENERATOR", "Generator"],
    ["RECURRING_GENERATOR", "RecurringGenerator"],
    ["EXPENSE_GENERATOR", "ExpenseGenerator"],
  ])("maps %s to %s, before the Subject wherever that was named", (entity_type, type) => {
    const mentions = related(["CONTACT", "16"], ["PAYMENT", "7"]);
    const named = objects({ entity_type, entity_id: "27", related: mentions, contact_id: "16" });
    expect(named).toEqual([
      [type, 27],
      ["Subject", 16],
    ]);
  });

  it("is empty when no entity has a vendor type", () => {
    expect(objects({ entity_type: "INBOX_FILE", related: null })).toEqual([]);
    expect(objects({ entity_type: "JOURNAL", related: related(["ITEM", "1"], ["USER", "2"]) })).toEqual([]);
  });

  it("omits an entity without a vendor type and begins with the document", () => {
    const mentions = related(["CONTACT", "16"], ["INVOICE", "27"], ["ITEM", "3"], ["EXPENSE", "4"]);
    expect(objects({ entity_type: "PAYMENT", entity_id: "1", related: mentions, contact_id: "16" })).toEqual([
      ["Invoice", 27],
      ["Subject", 16],
      ["Expense", 4],
    ]);
  });

  it("omits contacts other than the subject of the event", () => {
    const mentions = related(["CONTACT", "16"], ["CONTACT", "17"]);
    expect(objects({ entity_id: "27", related: mentions, contact_id: "16" })).toEqual([
      ["Invoice", 27],
      ["Subject", 16],
    ]);
    const merged = { entity_type: "CONTACT", entity_id: "17", contact_id: "17", related: mentions } as const;
    expect(objects(merged)).toEqual([["Subject", 17]]);
  });

  it("begins with a document when the event is about the subject", () => {
    const mentions = related(["INVOICE", "27"]);
    expect(objects({ entity_type: "CONTACT", entity_id: "16", contact_id: "16", related: mentions })).toEqual([
      ["Invoice", 27],
      ["Subject", 16],
    ]);
  });

  it("contains each entity once", () => {
    const mentions = related(["INVOICE", "27"], ["CONTACT", "16"], ["CONTACT", "16"], ["INVOICE", "28"]);
    expect(objects({ entity_id: "27", related: mentions, contact_id: "16" })).toEqual([
      ["Invoice", 27],
      ["Subject", 16],
      ["Invoice", 28],
    ]);
  });

  it("omits an entity type of a later version of the log", () => {
    const mentions = toJsonText([
      { entity_type: "HOLOGRAM", entity_id: "1" },
      { entity_type: "toString", entity_id: "2" },
    ]);
    expect(objects({ entity_id: "27", related: mentions })).toEqual([["Invoice", 27]]);
  });
});

describe("renderEvent, user", () => {
  it("is the robot of the account when the system acted", () => {
    expect(renderEvent(anEvent({ actor_user_id: null }), account)).toContain(
      '"user":{"id":null,"full_name":"Robot","avatar":null}',
    );
  });

  it("is the actor as recorded with the event", () => {
    const actor = toJsonText({ name: "Alexandr Hejsek", email: "a@h.cz", avatar_url: "https://a.example/1" });
    expect(shown({ actor_user_id: "5", actor }).user).toEqual({
      id: 5,
      full_name: "Alexandr Hejsek",
      avatar: "https://a.example/1",
    });
  });

  it("names the user on whose behalf the actor acted, then the actor, with the actor's id", () => {
    const onBehalfOf = { user_id: "9", name: "Anna" };
    const support = toJsonText({ name: "Support", type: "user", on_behalf_of: onBehalfOf });
    const user = { id: 5, full_name: "Anna (by Support)", avatar: null };
    expect(shown({ actor_user_id: "5", actor: support }).user).toEqual(user);
    const agent = toJsonText({ type: "agent", on_behalf_of: onBehalfOf });
    expect(shown({ actor_user_id: null, actor: agent }).user).toEqual({
      ...user,
      id: null,
      full_name: "Anna (by Robot)",
    });
  });

  it("has a name when the event has no name", () => {
    const mail = toJsonText({ name: "", email: "a@h.cz", avatar_url: "" });
    expect(shown({ actor_user_id: "5", actor: mail }).user).toEqual({ id: 5, full_name: "a@h.cz", avatar: null });
    expect(shown({ actor_user_id: "usr_1", actor: null }).user.full_name).toBe("usr_1");
  });
});

describe("renderEvent, params", () => {
  it("returns the event's own parameters byte for byte", () => {
    const own = '{"z":1,"a":{"y":[],"b":1e+21},"date":null,"ž":"\\u0001 \\" <č>","__proto__":{"x":null}}';
    const event = stored(`,"params":${own},"metadata":{"to":["a@b.cz"]},"changes":{"x":{"old":1,"new":2}}`);
    expect(renderEvent(event, account).endsWith(`,"params":${own}}`)).toBe(true);
  });

  it("returns the event's own empty parameters", () => {
    const event = { ...stored(',"params":{},"metadata":{"to":"a@b.cz"}'), action: "INVOICE_SENT" };
    expect(renderEvent(event, account)).toMatch(/"params":{}}$/);
  });

  it("returns the new and the old value of the changed field, in this order", () => {
    const changed = (action: string, changes: Record<string, unknown>) =>
      renderEvent(anEvent({ action, changes: toJsonText(changes) }), account);
    const due = { due_date: { old: "2023-11-30", new: "2023-12-01" } };
    expect(changed("INVOICE_UPDATED", due)).toMatch(/"params":{"new":"2023-12-01","old":"2023-11-30"}}$/);
    const nothing = { note: { old: null, new: { a: [1] } } };
    expect(changed("INVOICE_UPDATED", nothing)).toMatch(/"params":{"new":{"a":\[1\]},"old":null}}$/);
    const status = { status: { old: "A", new: "B" } };
    expect(changed("INVOICE_STATUS_CHANGED", status)).toMatch(/"params":{"new":"B","old":"A"}}$/);
    expect(changed("INVOICE_UPDATED", { ...due, ...status })).toMatch(/"params":{}}$/);
    expect(changed("INVOICE_UPDATED", { paid_on: { old: null, new: "2023-12-01" } })).toMatch(/"params":{}}$/);
  });

  it("returns the status of a workflow step, whatever else changed", () => {
    const changes = toJsonText({ status: { old: "SENT", new: "ACCEPTED" }, accepted_at: { old: null, new: "today" } });
    expect(shown({ action: "ESTIMATE_STATUS_CHANGED", entity_type: "ESTIMATE", changes }).params).toEqual({
      new: "ACCEPTED",
      old: "SENT",
    });
  });

  it.each([
    ["INVOICE_SENT", '{"to":"a@b.cz"}', { email: "a@b.cz" }],
    ["INVOICE_REMINDER_SENT", '{"to":["a@b.cz"]}', { email: "a@b.cz" }],
    ["EMAIL_SENT", '{"to":["a@b.cz","c@d.cz"]}', { email: "a@b.cz, c@d.cz" }],
    ["EMAIL_SENT", '{"to":["a@b.cz",7,null]}', { email: "a@b.cz" }],
    ["INVOICE_SENT", "{}", {}],
    ["INVOICE_SENT", '{"to":7}', {}],
    ["INVOICE_SENT", '{"to":{"a":1}}', {}],
    ["INVOICE_SENT", '{"to":[]}', {}],
    ["INVOICE_SENT", '{"to":[7]}', {}],
    ["INVOICE_PAID", '{"to":"a@b.cz"}', {}],
    ["INVOICE_CREATED", '{"to":"a@b.cz"}', {}],
  ])("of %s with %s are %j", (action, metadata, params) => {
    const event = anEvent({ action, metadata: toJsonText(JSON.parse(metadata)) });
    expect(renderEvent(event, account).endsWith(`,"params":${JSON.stringify(params)}}`)).toBe(true);
  });
});

describe("renderUser", () => {
  it("returns the accounts of the token, the first as default", () => {
    const token = aToken({ user_id: "5" });
    const second = anOrg({ org_id: "org_b", name: "Čapek & Sons", slug: "capek", account_number: null });
    const body = renderUser(token, [anOrg({ robot_name: "Robot" }), second]);
    const rights = '"permission":"read_only","allowed_scope":["reports","expenses","invoices"]';
    expect(body).toBe(
      `{"id":5,"full_name":"Robot","email":null,"avatar_url":null,"default_account":"acme-traders",${rights},"accounts":[` +
        `{"slug":"acme-traders","logo":null,"name":"Acme Traders","registration_no":"1001",${rights}},` +
        `{"slug":"capek","logo":null,"name":"Čapek & Sons","registration_no":null,${rights}}]}`,
    );
    expect(body).not.toContain(token.hash);
  });

  it("returns the token as user when it has no user", () => {
    const { token_id } = aToken();
    expect(JSON.parse(renderUser(aToken(), [anOrg()]))).toMatchObject({
      id: toNumericId(token_id).id,
      custom_id: token_id,
    });
  });

  it("returns the same number for the user as the events", () => {
    const { id, custom_id } = JSON.parse(renderUser(aToken({ user_id: "usr_demo" }), [anOrg()]));
    expect([id, custom_id]).toEqual([4673450973414221, "usr_demo"]);
    expect(shown({ actor_user_id: "usr_demo" }).user).toMatchObject({ id, custom_id });
  });

  it("omits accounts without a slug, as clients take the slug of the first one", () => {
    const { default_account, accounts } = JSON.parse(renderUser(aToken(), [anOrg({ slug: null }), anOrg()]));
    expect([default_account, accounts.map((one: { slug: unknown }) => one.slug)]).toEqual([
      "acme-traders",
      ["acme-traders"],
    ]);
  });
});
