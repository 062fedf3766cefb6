import * as z from "zod";
import { callApi, fetchPages } from "#clients/cli/api/activity-api.ts";
import { credentialOptions, resolveCredentials } from "#clients/cli/api/credentials.ts";
import { defineCommand } from "#clients/cli/command.ts";
import { formatTable } from "#clients/cli/output.ts";
import { parseTimeRangeOptions, sinceOption, untilOption } from "#clients/cli/time-options.ts";
import {
  deliveryColumns,
  deliveryPath,
  deliveryResponseSchema,
  deliverySchema,
  formatDelivery,
  requestedDeliverySchema,
} from "#clients/cli/webhooks/delivery-view.ts";
import { endpointPath } from "#clients/cli/webhooks/endpoint-view.ts";
import { toPrintable } from "#shared/platform/text/printable.ts";

const page = z.object({ deliveries: z.array(deliverySchema) });

export const webhooksDeliveries = defineCommand({
  name: "webhooks deliveries",
  summary: "Lists the deliveries to an endpoint with their status, newest first.",
  examples: ["webhooks deliveries wh_0123456789abcdef0123456789abcdef --status failed --since 24h"],
  operands: ["ENDPOINT_ID"],
  options: {
    status: { value: "STATUS", help: "only this status: pending, succeeded or failed" },
    type: { value: "TYPE", help: "only events of this type, such as invoice.sent" },
    since: sinceOption,
    until: untilOption,
    limit: { value: "N", help: "deliveries in a page, 1 to 100" },
    all: { help: "every page, not only the first" },
    ...credentialOptions,
  },
  async run(args, context) {
    const all = args.flag("all");
    const { since, until } = parseTimeRangeOptions((option) => args.text(option), context.now());
    const query = {
      status: args.text("status"),
      event_type: args.text("type"),
      since: since ?? undefined,
      until: until ?? undefined,
      limit: args.text("limit") ?? (all ? "100" : undefined),
    };
    const list = { path: `${endpointPath(args.operand("ENDPOINT_ID"))}/deliveries`, query };
    const { pages, more } = await fetchPages(await resolveCredentials(args, context), list, page, { all, context });
    const deliveries = pages.flatMap((each) => each.deliveries);
    const json = { deliveries, has_more: more };
    return {
      json,
      text: deliveries.length === 0 ? "No deliveries." : formatTable(deliveryColumns, deliveries, context.columns),
    };
  },
});

export const webhooksDelivery = defineCommand({
  name: "webhooks delivery",
  summary: "Shows each attempt of a delivery with the response of the endpoint.",
  examples: ["webhooks delivery wh_0123456789abcdef0123456789abcdef dlv_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID", "DELIVERY_ID"],
  options: credentialOptions,
  async run(args, context) {
    const path = deliveryPath(args.operand("ENDPOINT_ID"), args.operand("DELIVERY_ID"));
    const { body: json } = await callApi(await resolveCredentials(args, context), { path }, deliveryResponseSchema);
    return { json, text: formatDelivery(json) };
  },
});

export const webhooksRetry = defineCommand({
  name: "webhooks retry",
  summary: "Sends a delivery again, now.",
  examples: ["webhooks retry wh_0123456789abcdef0123456789abcdef dlv_0123456789abcdef0123456789abcdef"],
  operands: ["ENDPOINT_ID", "DELIVERY_ID"],
  options: credentialOptions,
  async run(args, context) {
    const endpointId = args.operand("ENDPOINT_ID");
    const deliveryId = args.operand("DELIVERY_ID");
    const path = `${deliveryPath(endpointId, deliveryId)}/retry`;
    const access = await resolveCredentials(args, context);
    const { body: json } = await callApi(access, { method: "POST", path, body: {} }, requestedDeliverySchema);
    const next = `webhooks delivery ${endpointId} ${deliveryId}`;
    return { json, text: toPrintable(`Queued. To see the result: ${next}`) };
  },
});
