import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findDifferences } from "#clients/timeline/verification/compare-event.ts";
import { parseLoggedEvent } from "#clients/timeline/verification/logged-event.ts";
import { type EventToVerify, verifyEvent } from "#clients/timeline/verification/verify-event.ts";
import { renderIncluded, renderPage } from "#shared/api/finzbooks/render.ts";
import { withoutHiddenFields } from "#shared/auth/viewer-tokens/hidden-fields.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import { type ActivityEvent, toJsonText } from "#shared/events/event.ts";
import { canonicalEvent } from "#shared/ledger/formats/canonical.ts";
import { storedEventArbitrary } from "#test/support/events/event-arbitraries.ts";
import { acmeKey, createEventProof, sealedAt, toCanonicalEvent } from "#test/support/ledger/event-proof.ts";
import { createNoteSigner } from "#test/support/ledger/note-signer.ts";
import { anApiEvent } from "#test/unit/timeline/timeline-fixtures.ts";

const options = { sequence: 7, size: 9 };
const changes = { status: { old: "DRAFT", new: "SENT" }, total: { old: "1.0", new: "2.00" } };
const event = anApiEvent({ changes, metadata: { source: "DASHBOARD", ip: "203.0.113.4" }, sequence: 7 });
const proof = await createEventProof(toCanonicalEvent(event), options);

const verify = (request: Partial<EventToVerify> = {}) =>
  verifyEvent({ event, proof, key: acmeKey, isPartial: false, ...request });

const differencesOf = async (fields: object, isPartial = false) => {
  const result = await verify({ event: { ...event, ...fields }, isPartial });
  return result.kind === "false" ? result.differences.map(({ field }) => field) : result.kind;
};

describe("verifyEvent", () => {
  it("returns the number, time and checkpoint of an event that is shown as it was logged", async () => {
    expect(await verify()).toEqual({ kind: "verified", sequence: 7, sealedAt, size: 9, hidden: [] });
  });

  it.each([
    ["event_id", { event_id: "evt_2" }],
    ["action", { action: "INVOICE_VOIDED" }],
    ["entity_ref", { entity_ref: "INV-2026-0043" }],
    ["actor_user_id", { actor_user_id: null }],
    ["occurred_at", { occurred_at: "2026-05-11T08:30:13Z" }],
    ["changes.total", { changes: { ...changes, total: { old: "1.0", new: "2.0" } } }],
    ["changes.constructor", { changes: { ...changes, constructor: { old: null, new: "x" } } }],
    ["changes", { changes: null }],
    ["metadata.ip", { metadata: { source: "DASHBOARD" } }],
    ["actor.name", { actor: { user_id: "usr_xyz", name: "Someone", type: "user", on_behalf_of: null } }],
    ["text", { text: "Invoice INV-2026-0042 voided" }],
    ["related", { related: [{ entity_type: "CONTACT", entity_id: "con_1", entity_ref: null }] }],
    ["sequence", { sequence: 8 }],
  ])("finds that %s differs", async (field, fields) => {
    expect(await differencesOf(fields)).toEqual([field]);
  });

  it("accepts the same time in another form", async () => {
    expect(await differencesOf({ occurred_at: "2026-05-11T08:30:12.000Z" })).toBe("verified");
  });

  it("says what is shown and what the log has", async () => {
    expect(await verify({ event: { ...event, entity_ref: "X" } })).toEqual({
      kind: "false",
      message: "The log has other values.",
      differences: [{ field: "entity_ref", shown: "X", logged: "INV-2026-0042" }],
    });
  });

  it("does not compare fields that the response does not include, nor a text that the API words", async () => {
    const { actor: _, related: __, text: ___, ...plain } = event;
    expect(await verify({ event: plain })).toMatchObject({ kind: "verified" });
    const unworded = await createEventProof(toCanonicalEvent({ ...event, text: null }), options);
    const text = "Invoice INV-2026-0042 sent";
    expect(await verify({ proof: unworded, event: { ...event, text } })).toMatchObject({ kind: "verified" });
    const forged = { ...event, text: "Payment of 1,000,000 EUR approved" };
    for (const isPartial of [false, true]) {
      const result = await verify({ proof: unworded, event: forged, isPartial });
      expect(result).toMatchObject({ kind: "false", differences: [{ field: "text" }] });
    }
  });

  it("accepts what a viewer token hides, and finds what differs beside it", async () => {
    const hidden = { actor_user_id: null, actor: { user_id: null, name: null, type: null, on_behalf_of: null } };
    const partial = {
      ...hidden,
      text: "Invoice INV-2026-0042 sent",
      changes: { status: changes.status },
      metadata: { source: "DASHBOARD" },
    };
    expect(await differencesOf(partial, true)).toBe("verified");
    expect(await differencesOf({ ...partial, changes: null }, true)).toBe("verified");
    expect(await differencesOf({ ...partial, text: "Payment of 1,000,000 EUR approved" }, true)).toEqual(["text"]);
    const names = ["actor_user_id", "changes.total", "metadata.ip", "actor.user_id", "actor.name", "actor.type"];
    const found = await verify({ event: { ...event, ...partial }, isPartial: true });
    expect(found.kind === "verified" && found.hidden).toEqual(names);
    expect(await verify({ event: { ...event, changes: null }, isPartial: true })).toMatchObject({
      hidden: ["changes"],
    });
    expect(await verify({ event: { ...event, text: "" }, isPartial: true })).toMatchObject({ hidden: ["text"] });
    expect(await differencesOf({ ...partial, metadata: { source: "API" } }, true)).toEqual(["metadata.source"]);
    expect(await differencesOf({ ...partial, entity_id: "inv_2" }, true)).toEqual(["entity_id"]);
    expect(await differencesOf(partial)).toContain("actor.name");
  });

  it("is false when the event was changed since it was logged", async () => {
    const changed = await createEventProof(toCanonicalEvent(event), { ...options, isChanged: true });
    expect(await verify({ proof: changed })).toMatchObject({
      kind: "false",
      message: expect.stringContaining("changed or deleted"),
    });
  });

  it("is false when the proof does not lead to the signed root", async () => {
    expect(await verify({ proof: proof.replace("index 6", "index 5") })).toMatchObject({
      kind: "false",
      message: expect.stringContaining("does not lead"),
    });
  });

  it("cannot tell with the key of another log, a malformed key or a text that is no proof", async () => {
    const other = createNoteSigner("example.com/org_acme", new Uint8Array(32).fill(8));
    const byOther = await createEventProof(toCanonicalEvent(event), { ...options, signer: other });
    const results = [verify({ proof: byOther }), verify({ key: "key" }), verify({ proof: "<html>" })];
    expect((await Promise.all(results)).map(({ kind }) => kind)).toEqual(["unknown", "unknown", "unknown"]);
  });
});

const changesArbitrary = fc.dictionary(fc.string(), fc.record({ old: fc.jsonValue(), new: fc.jsonValue() }));
const metadataArbitrary = fc.dictionary(fc.string(), fc.jsonValue());
const eventArbitrary = fc
  .tuple(storedEventArbitrary, fc.option(changesArbitrary), metadataArbitrary)
  .map(([stored, changed, metadata]): ActivityEvent => {
    const changes = changed === null ? null : toJsonText(changed);
    return { ...stored, changes, metadata: toJsonText({ ...metadata, source: "API" }) };
  });

/** Returns an event as a list of the API has it, with all that can be included. */
function toResponse(event: ActivityEvent) {
  const included = renderIncluded(new Set(["actor", "text", "related"]), null);
  return JSON.parse(renderPage([event], 1, false, included)).activity[0];
}

/** Returns an event as its proof has it. */
function toLogged(event: ActivityEvent) {
  const image = Object.entries(toEventItem(event)).map(([name, value]) => [name, { S: value }]);
  return parseLoggedEvent(canonicalEvent(Object.fromEntries(image)));
}

describe("findDifferences", () => {
  it("finds no difference between any event in a response and in its proof", () => {
    fc.assert(
      fc.property(eventArbitrary, (stored) => {
        expect(findDifferences(toResponse(stored), toLogged(stored), false)).toEqual([]);
      }),
    );
  });

  it("finds no difference to what a viewer token shows of any event", () => {
    const hide = ["actor", "changes.status", "metadata.source"];
    fc.assert(
      fc.property(eventArbitrary, fc.subarray(hide), (stored, hidden) => {
        const shown = toResponse(withoutHiddenFields(stored, hidden));
        expect(findDifferences(shown, toLogged(stored), true)).toEqual([]);
      }),
    );
  });
});
