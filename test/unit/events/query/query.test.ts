import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEventValue } from "#shared/events/parse-event.ts";
import { listEvents } from "#shared/events/query/list-events.ts";
import { type EventFilter, type IndexName, planQuery } from "#shared/events/query/query.ts";
import { aFilter, anEvent, anInput, aQuery } from "#test/support/builders.ts";

const asked = {
  entity_id: "inv_1",
  contact_id: "con_1",
  actor_user_id: "usr_1",
  payment_status: "paid",
  entity_type: "INVOICE",
} as const;

type Attribute = keyof typeof asked;

const attributes: readonly Attribute[] = ["entity_id", "contact_id", "actor_user_id", "payment_status", "entity_type"];

const indexOf: Readonly<Record<Attribute, IndexName>> = {
  entity_id: "timeline",
  contact_id: "by_contact",
  actor_user_id: "by_actor",
  payment_status: "paid",
  entity_type: "by_type",
};

/** All 32 combinations of filters. */
const combinations = Array.from({ length: 2 ** attributes.length }, (_, bits) =>
  attributes.filter((_, at) => (bits & (1 << at)) !== 0),
);

describe.each(combinations.map((named) => [named.join(" + ") || "no filter", named] as const))(
  "planQuery for %s",
  (_, named) => {
    const filter: EventFilter = aFilter(Object.fromEntries(named.map((attribute) => [attribute, asked[attribute]])));
    const plan = planQuery(filter);
    const [mostSelective] = named;

    it("chooses the most selective index", () => {
      expect(plan.index).toBe(mostSelective === undefined ? "by_time" : indexOf[mostSelective]);
    });

    it("filters exactly the conditions that the index does not cover", () => {
      const residual = named.slice(1).map((attribute) => ({ attribute, value: asked[attribute] }));
      expect(new Set(plan.conditions)).toEqual(new Set(residual));
    });
  },
);

describe("planQuery with readBy", () => {
  it.each(["contact_id", "actor_user_id"] as const)(
    "uses the index of %s and filters all other conditions",
    (readBy) => {
      const plan = planQuery(aFilter({ ...asked, action: "INVOICE_PAID", readBy }));
      const others = attributes.filter((attribute) => attribute !== readBy);
      expect(plan.index).toBe(indexOf[readBy]);
      expect(plan.conditions).toEqual([
        ...others.map((attribute) => ({ attribute, value: asked[attribute] })),
        { attribute: "action", value: "INVOICE_PAID" },
      ]);
    },
  );
});

describe("planQuery with an action", () => {
  const condition = { attribute: "action", value: "INVOICE_SENT" };

  it.each(combinations.map((named) => [named.join(" + ") || "no other filter", named] as const))(
    "filters the action in the index of the other conditions: %s",
    (_, named) => {
      const over = Object.fromEntries(named.map((attribute) => [attribute, asked[attribute]]));
      const [plain, plan] = [aFilter(over), aFilter({ ...over, action: condition.value })].map(planQuery);
      expect(plan).toEqual({ index: plain?.index, conditions: [...(plain?.conditions ?? []), condition] });
    },
  );

  it.each(["INVOICE_PAID", "BILL_PAID", "EXPENSE_PAID", "PROFORMA_PAID", "INVOICE_PAID_BANK"])(
    "uses the paid index for a payment action and still filters: %s",
    (action) => {
      expect(planQuery(aFilter({ action, entity_type: "INVOICE" }))).toEqual({
        index: "paid",
        conditions: [
          { attribute: "entity_type", value: "INVOICE" },
          { attribute: "action", value: action },
        ],
      });
      for (const more of [{ entity_id: "inv_1" }, { contact_id: "con_1" }, { actor_user_id: "usr_1" }]) {
        expect(planQuery(aFilter({ action, ...more }))).toEqual({
          ...planQuery(aFilter(more)),
          conditions: [{ attribute: "action", value: action }],
        });
      }
    },
  );

  it("uses the paid index exactly for actions whose events are stored as paid", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("INVOICE", "BILL", "RECEIPT", "PROFORMA"),
        fc.stringMatching(/^_[A-Z_]{0,12}[A-Z]$/),
        (noun, verb) => {
          const action = `${noun}${verb}`.replaceAll(/_+/g, "_");
          const { event } = parseEventValue(anInput({ action }), { now: new Date("2026-06-01"), entropy: "" });
          expect(planQuery(aFilter({ action })).index).toBe(event.payment_status === "paid" ? "paid" : "by_time");
        },
      ),
    );
    expect(
      parseEventValue(anInput({ action: "BILL_PAID" }), { now: new Date("2026-06-01"), entropy: "" }).event
        .payment_status,
    ).toBe("paid");
  });
});

describe("listEvents for a range that ends before it begins", () => {
  const reader = { readPage: () => Promise.reject(new Error("no read was needed")) };

  it("returns an empty page without a read", async () => {
    const query = aQuery({ since: "2026-05-12T00:00:00.000Z", until: "2026-05-11T00:00:00.000Z" });
    expect(await listEvents(reader, query)).toEqual({ events: [], next: null });
  });

  it("reads the events of a range whose ends are equal", async () => {
    const moment = "2026-05-11T08:30:12.000Z";
    const page = { events: [anEvent()], next: null };
    const query = aQuery({ since: moment, until: moment });
    expect(await listEvents({ readPage: async () => page }, query)).toBe(page);
  });

  it("(property) compares any two times as text", async () => {
    const moment = fc
      .integer({ min: Date.parse("0001-01-01T00:00:00Z"), max: Date.parse("9999-12-31T23:59:59Z") })
      .map((at) => new Date(at).toISOString());
    await fc.assert(
      fc.asyncProperty(moment, moment, async (since, until) => {
        const outcome = listEvents(reader, aQuery({ since, until }));
        if (Date.parse(since) > Date.parse(until)) expect((await outcome).events).toEqual([]);
        else await expect(outcome).rejects.toThrow("no read was needed");
      }),
    );
  });
});
