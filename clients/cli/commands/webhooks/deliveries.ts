import * as z from "zod";
import { callApi, readPages } from "#clients/cli/activity-api.ts";
import { accessOptions, findAccess } from "#clients/cli/api-credentials.ts";
import { defineVerb } from "#clients/cli/command.ts";
import { printable } from "#clients/cli/printable.ts";
import { table } from "#clients/cli/table.ts";
import { readTimeRange, sinceOption, untilOption } from "#clients/cli/time-range.ts";
import {
  deliveryAnswer,
  deliveryColumns,
  deliveryPath,
  deliverySchema,
  describeDelivery,
  requestedAnswer,
} from "#clients/cli/webhooks/delivery.ts";
import { endpointPath } from "#clients/cli/webhooks/endpoint.ts";

const page = z.object({ deliveries: z.array(deliverySchema) });

export const webhooksDeliveries = defineVerb({
  name: "webhooks deliveries",
  summary: "Shows what was sent to an endpoint and what became of it, newest first.",
  examples: ["webhooks deliveries wh_0123456789abcdef0123456789abcdef --status failed --since 24h"],
  operands: ["ENDPOINT_ID"],
  options: {
    status: { value: "STATUS", help: "only those that are pending, succeeded or failed" },
    type: { value: "TYPE", help: "only events of this type, such as invoice.sent" },
    since: sinceOption,
    until: untilOption,
    limit: { value: "N", help: "deliveries in a page, 1 to 100" },
    all: { help: "every page, not only the first" },
    ...accessOptions,
  },
  async run(given, session) {
    const all = given.flag("all");
    const query = new URLSearchParams();
    const [status, type, limit] = [given.text("status"), given.text("type"), given.text("limit")];
    if (status !== undefined) query.set("status", status);
    if (type !== undefined) query.set("event_type", type);
    const { since, until } = readTimeRange((option) => given.text(option), session.now());
    if (since !== null) query.set("since", since);
    if (until !== null) query.set("until", until);
    if (limit !== undefined || all) query.set("limit", limit ?? "100");
    const path = `${endpointPath(given.operand("ENDPOINT_ID"))}/deliveries?${query}`;
    const { pages, more } = await readPages(await findAccess(given, session), path, page, { all, session });
    const deliveries = pages.flatMap((each) => each.deliveries);
    const json = { deliveries, has_more: more };
    return {
      json,
      text: deliveries.length === 0 ? "No deliveries." : table(deliveryColumns, deliveries, session.columns),
    };
  },
});

export const webhooksDelivery = defineVerb({
  name: "webhooks delivery",
  summary: "Shows each attempt of a delivery, and what the endpoint answered.",
  examples: ["webhooks delivery wh_0123456789abcdef0123456789abcdef dlv_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID", "DELIVERY_ID"],
  options: accessOptions,
  async run(given, session) {
    const path = deliveryPath(given.operand("ENDPOINT_ID"), given.operand("DELIVERY_ID"));
    const { body: json } = await callApi(await findAccess(given, session), { path }, deliveryAnswer);
    return { json, text: describeDelivery(json) };
  },
});

export const webhooksRetry = defineVerb({
  name: "webhooks retry",
  summary: "Sends a delivery again, now.",
  examples: ["webhooks retry wh_0123456789abcdef0123456789abcdef dlv_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID", "DELIVERY_ID"],
  options: accessOptions,
  async run(given, session) {
    const [endpointId, deliveryId] = [given.operand("ENDPOINT_ID"), given.operand("DELIVERY_ID")];
    const path = `${deliveryPath(endpointId, deliveryId)}/retry`;
    const access = await findAccess(given, session);
    const { body: json } = await callApi(access, { method: "POST", path, body: {} }, requestedAnswer);
    const look = `webhooks delivery ${endpointId} ${deliveryId}`;
    return { json, text: printable(`It is on its way. How it went: ${look}`) };
  },
});
