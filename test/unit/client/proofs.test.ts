import { expect, it } from "vitest";
import { createFinzbooksClient } from "#clients/client/client.ts";
import { createFakeApi, jsonResponse, rejectionOf } from "#test/support/client/fake-api.ts";

it("client.proofs requests texts", async () => {
  const api = createFakeApi(({ url }) => new Response(`text of ${url.pathname}\n`));
  const { proofs } = createFinzbooksClient({ ...api.options, token: "secret" });
  const event = { entity_id: "inv 1", event_id: "evt_1", occurred_at: "2026-05-11T08:30:12Z", action: "INVOICE_SENT" };
  expect(await proofs.get(4711)).toBe("text of /api/public/v1/activity/changes/4711/proof\n");
  await proofs.checkpoint({ sequence: 7 });
  await proofs.find(event);
  await proofs.consistency({ from: 3, to: 9 });
  expect(api.requests.slice(1).map(({ url }) => `${url.pathname}${url.search}`)).toEqual([
    "/api/public/v1/activity/checkpoint?sequence=7",
    "/api/public/v1/activity/proof?entity_id=inv+1&event_id=evt_1&occurred_at=2026-05-11T08%3A30%3A12Z",
    "/api/public/v1/activity/consistency?from=3&to=9",
  ]);
});

it("client.proofs says when an event without a number can be asked for again", async () => {
  const body = { code: "not_found.not_sealed", message: "The event has no number yet." };
  const api = createFakeApi(() => jsonResponse(body, 404, { "retry-after": "1" }));
  const { proofs } = createFinzbooksClient({ ...api.options, token: "secret" });
  const error = await rejectionOf(proofs.get(5));
  expect(error).toMatchObject({ code: "not_found", apiCode: "not_found.not_sealed", retryAfterMs: 1_000 });
});
