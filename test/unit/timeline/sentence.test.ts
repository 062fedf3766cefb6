import { describe, expect, it } from "vitest";
import { formatSentence } from "#clients/timeline/format/sentence.ts";
import { aTimelineEvent, messagesFor } from "./timeline-fixtures.ts";

function sentence(language: string, fields: Readonly<Record<string, unknown>> = {}): string {
  const parts = formatSentence(aTimelineEvent(fields), messagesFor(language));
  return parts.map(({ text }) => text).join("");
}

const system = { actor_user_id: null, actor: null };

describe("formatSentence", () => {
  it.each([
    ["en", "Priya Sharma sent INV-2026-0042", "INV-2026-0042 was sent"],
    ["de", "Priya Sharma hat INV-2026-0042 gesendet", "INV-2026-0042 wurde gesendet"],
    ["nl", "Priya Sharma heeft INV-2026-0042 verzonden", "INV-2026-0042 is verzonden"],
    ["cs", "Priya Sharma odeslal(a) INV-2026-0042", "INV-2026-0042: odesláno"],
  ])("says in %s who did what, or what was done", (language, active, passive) => {
    expect([sentence(language), sentence(language, system)]).toEqual([active, passive]);
  });

  it("names the parts, so that a view can link and isolate them", () => {
    expect(formatSentence(aTimelineEvent(), messagesFor("en"))).toEqual([
      { kind: "actor", text: "Priya Sharma" },
      { kind: "text", text: " sent " },
      { kind: "document", text: "INV-2026-0042" },
    ]);
  });

  it("says on whose behalf an agent acted", () => {
    const actor = { name: "Autopilot", type: "agent", on_behalf_of: { user_id: "usr_1", name: "Priya" } };
    expect(sentence("en", { actor })).toBe("Autopilot sent INV-2026-0042 on behalf of Priya");
    expect(sentence("de", { actor })).toBe("Autopilot hat INV-2026-0042 gesendet im Auftrag von Priya");
  });

  it("names a document without a number by its type and id", () => {
    expect(sentence("en", { entity_ref: null })).toBe("Priya Sharma sent invoice inv_8c3f1a9b");
    expect(sentence("en", { entity_ref: null, entity_type: "TAX_RETURN", action: "TAX_RETURN_SENT" })).toBe(
      "Priya Sharma sent tax return inv_8c3f1a9b",
    );
  });

  it("uses the text of the event for an unknown action, and names the actor", () => {
    const fields = { action: "INVOICE_FISCALIZED", text: "Invoice INV-2026-0042 fiscalized" };
    expect(sentence("en", fields)).toBe("Invoice INV-2026-0042 fiscalized · Priya Sharma");
    expect(sentence("en", { ...fields, ...system })).toBe("Invoice INV-2026-0042 fiscalized");
  });

  it("uses the words of an unknown action without a text", () => {
    expect(sentence("en", { ...system, action: "STOCK_COUNTED", text: null })).toBe("INV-2026-0042: Stock counted");
  });

  it.each(["constructor", "__proto__", "toString"])("takes the action %s for an unknown one", (action) => {
    expect(sentence("en", { ...system, action, entity_type: action, text: "Done" })).toBe("Done");
    expect(sentence("en", { ...system, entity_type: action, entity_ref: null, action: "EMAIL_SENT" })).toMatch(
      / inv_8c3f1a9b was e-mailed$/,
    );
  });

  it("does not fill in what a name contains", () => {
    expect(sentence("en", { entity_ref: "{actor}", actor: { name: "{document}" } })).toBe("{document} sent {actor}");
  });
});
