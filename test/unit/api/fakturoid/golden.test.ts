import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { renderEvents } from "#shared/api/fakturoid/render.ts";
import type { ActivityEvent } from "#shared/events/event.ts";
import type { EventInput } from "#shared/events/event-input.ts";
import { parseEvent } from "#shared/events/parse-event.ts";
import { anOrg, testNow } from "#test/support/builders.ts";

/** The vendor's samples as compact JSON. Their texts have no-break spaces where its typography wants them. */
function golden(name: string): string {
  const file = new URL(`../../../golden/fakturoid/${name}.json`, import.meta.url);
  return JSON.stringify(JSON.parse(readFileSync(file, "utf8")));
}

const org = anOrg({ time_zone: "Europe/Prague" });
const avatar = "https://app.fakturoid.cz/rails/active_storage/…";

type Sample = Omit<EventInput, "org_id" | "actor_user_id" | "actor">;

/** The stored event of a sample, by the way that every event takes. */
function stored(sample: Sample, avatar_url: string | null): ActivityEvent {
  const by = { org_id: org.org_id, actor_user_id: "5", actor: { name: "Alexandr Hejsek", avatar_url } };
  return parseEvent(JSON.stringify({ ...by, ...sample }), { now: testNow, entropy: "golden" }).event;
}

const invoice = (entity_id: string): Pick<EventInput, "entity_type" | "entity_id" | "related"> => ({
  entity_type: "INVOICE",
  entity_id,
  related: [{ entity_type: "CONTACT", entity_id: "16" }],
});

const sent: Sample = {
  action: "INVOICE_SENT",
  ...invoice("27"),
  occurred_at: "2023-12-01T09:05:47.183+01:00",
  text: "Sent",
  params: {
    email: "pokus@test.cz",
    marked: "false",
    email_body: "Hezký den,\r\n\r\nvystavil jsem pro\u00a0Vás fakturu\r\n…",
    email_copy: "",
    email_subject: "Faktura č. 2023-0021",
  },
};

const changed: Sample = {
  action: "INVOICE_UPDATED",
  ...invoice("26"),
  occurred_at: "2023-12-01T08:17:52.604Z",
  text: "Chargeable event changed from Nov 30, 2023 to\u00a0Dec 01, 2023",
  changes: { taxable_fulfillment_due: { old: "2023-11-30", new: "2023-12-01" } },
};

const added: Sample = {
  action: "INBOX_FILE_ADDED",
  entity_type: "INBOX_FILE",
  entity_id: "test001",
  occurred_at: "2023-12-01T08:15:29.706Z",
  text: "New file test001.isdoc.pdf was added to\u00a0the inbox",
  params: { filename: "test001.isdoc.pdf" },
};

const paid: Sample = {
  action: "INVOICE_PAID_WITH_THANK_YOU_NOTE",
  ...invoice("26"),
  occurred_at: "2023-12-01T08:21:45.218Z",
  text: "Paid and thank you note sent ",
  params: {
    date: null,
    email: "pokus@test.cz",
    email_body: "Zdravím,\n\nděkuji za\u00a0zaplacení faktury č. 2023-0020.\n\nAť se\u00a0daří\n\nAlexandr Hejsek",
    email_copy: null,
    email_subject: "[Zaplacena] Faktura č. 2023-0020",
  },
};

it("renderEvents returns the vendor's sample of events byte for byte", () => {
  const events = [stored(sent, avatar), stored(changed, null), stored(added, avatar)];
  expect(renderEvents(events, org)).toBe(golden("events"));
});

it("renderEvents returns the vendor's sample of paid events byte for byte, each a payment", () => {
  const event = stored(paid, null);
  expect(renderEvents([event], org)).toBe(golden("paid"));
  expect(event.payment_status).toBe("paid");
});
