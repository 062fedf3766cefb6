import type { Page } from "playwright-core";
import { retriedDelivery } from "#test/support/browser/console/deliveries-api.ts";
import { dark, narrow, type Screenshot } from "./screenshot.ts";

const replay = retriedDelivery.replace(/\/deliveries\/.*/, "/replay");
const eventType = "/webhooks/event-types?type=invoice.paid";

async function count(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Count" }).click();
  await page.getByRole("button", { name: "Start replay" }).waitFor();
}

/** Pictures of the pages of deliveries, replays, event types and signatures, and of the portal without a frame. */
export const deliveryScreenshots: readonly Screenshot[] = [
  { name: "deliveries", path: "/webhooks/deliveries" },
  { name: "deliveries-dark", path: "/webhooks/deliveries", ...dark },
  { name: "deliveries-narrow", path: "/webhooks/deliveries", ...narrow },
  { name: "delivery", path: retriedDelivery, width: 1_440 },
  { name: "delivery-dark", path: retriedDelivery, ...dark },
  { name: "delivery-narrow", path: retriedDelivery, ...narrow },
  { name: "replay", path: replay, prepare: count },
  { name: "replay-dark-narrow", path: replay, ...dark, ...narrow, prepare: count },
  { name: "event-types", path: eventType },
  { name: "event-types-dark", path: eventType, ...dark },
  { name: "event-types-narrow", path: "/webhooks/event-types", ...narrow },
  { name: "signatures", path: "/webhooks/signatures" },
  { name: "signatures-dark-narrow", path: "/webhooks/signatures", ...dark, ...narrow },
  { name: "portal-alone", path: "/portal", isSignedOut: true },
];
