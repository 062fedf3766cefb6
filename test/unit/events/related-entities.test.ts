import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entityTypes } from "#shared/events/entity-types.ts";
import { toJsonText } from "#shared/events/event.ts";
import { ownAndRelatedEntities } from "#shared/events/related-entities.ts";
import { anEvent } from "#test/support/builders.ts";

const mentioned = (related: unknown) =>
  ownAndRelatedEntities(anEvent({ entity_id: "2002", related: related === null ? null : toJsonText(related) })).map(
    ({ type, id }) => `${type} ${id}`,
  );

const own = "INVOICE 2002";

describe("ownAndRelatedEntities", () => {
  it.each([[null], [[]]])("returns only the own entity when related is %j", (related) => {
    expect(mentioned(related)).toEqual([own]);
  });

  it("returns the own entity first, then the related ones in their order", () => {
    expect(
      mentioned([
        { entity_type: "ESTIMATE", entity_id: "4004", entity_ref: "Q-1" },
        { entity_type: "CONTACT", entity_id: "1001" },
        { entity_type: "INVOICE", entity_id: "2001", entity_ref: null },
      ]),
    ).toEqual([own, "ESTIMATE 4004", "CONTACT 1001", "INVOICE 2001"]);
  });

  it("returns each entity once, by type and id", () => {
    expect(
      mentioned([
        { entity_type: "CONTACT", entity_id: "2002" },
        { entity_type: "INVOICE", entity_id: "2002" },
        { entity_type: "CONTACT", entity_id: "2002" },
        { entity_type: "CONTACT", entity_id: "02002" },
      ]),
    ).toEqual([own, "CONTACT 2002", "CONTACT 02002"]);
  });

  it("skips only an entity type of a later version", () => {
    expect(
      mentioned([
        { entity_type: "HOLOGRAM", entity_id: "1" },
        { entity_type: "toString", entity_id: "1" },
        { entity_type: "invoice", entity_id: "1" },
        { entity_type: "BILL", entity_id: "1" },
      ]),
    ).toEqual([own, "BILL 1"]);
  });

  it.each([
    [{}],
    ["INVOICE"],
    [7],
    [[null, 5, "x", []]],
    [[{ entity_type: "BILL" }]],
    [[{ entity_id: "1" }]],
    [[{ entity_type: "BILL", entity_id: 1 }]],
  ])("skips %j, which names no entity", (related) => expect(mentioned(related)).toEqual([own]));

  it("(property) returns entities for any related value", () => {
    const entity = fc.record({
      entity_type: fc.constantFrom(...entityTypes),
      entity_id: fc.constantFrom("1", "2", "3"),
    });
    fc.assert(
      fc.property(entity, fc.array(entity, { maxLength: 50 }), (document, related) => {
        const mentions = ownAndRelatedEntities(anEvent({ ...document, related: toJsonText(related) }));
        const keys = mentions.map(({ type, id }) => `${type} ${id}`);
        const mentioned = [document, ...related].map(({ entity_type, entity_id }) => `${entity_type} ${entity_id}`);
        expect(keys).toEqual([...new Set(mentioned)]);
      }),
    );
  });
});
