import { ActivityError } from "#shared/errors.ts";
import type { EntityType } from "#shared/events/entity-types.ts";

export type FinzbooksRoute = ActivityRoute | { readonly kind: "whoami" };

export type ActivityRoute = {
  readonly kind: "activity";
  /** Percent-encoded. */
  readonly path: string;
  /** The document of a timeline; `null` for the feed. */
  readonly document: { readonly type: EntityType; readonly id: string } | null;
};

export const basePath = "/api/public/v1";

/** The collections whose documents have a timeline: `/{collection}/{id}/activity`. */
export const collections: Readonly<Record<string, EntityType>> = {
  invoices: "INVOICE",
  bills: "BILL",
  estimates: "ESTIMATE",
  credit_notes: "CREDIT_NOTE",
  debit_notes: "DEBIT_NOTE",
  payments: "PAYMENT",
  expenses: "EXPENSE",
  sales_orders: "SALES_ORDER",
  purchase_orders: "PURCHASE_ORDER",
  receipts: "RECEIPT",
  journals: "JOURNAL",
  contacts: "CONTACT",
  items: "ITEM",
};

const timelinePath = /^\/([a-z_]+)\/(.+)\/activity$/s;

/**
 * Finds the route of a request. The path is decoded, so that an id may contain slashes: it is everything between the
 * collection and `/activity`. Throws `ActivityError` `not_found` or `method_not_allowed`.
 */
export function findRoute(method: string, path: string): FinzbooksRoute {
  const route = path.startsWith(basePath) ? match(path.slice(basePath.length)) : null;
  if (route === null) throw new ActivityError("not_found", "Resource not found. Check the path.");
  if (method !== "GET") {
    throw new ActivityError("method_not_allowed", "This resource is read-only. Use GET or HEAD.", {
      allow: "GET, HEAD",
    });
  }
  return route;
}

function match(path: string): FinzbooksRoute | null {
  if (path === "/activity") return { kind: "activity", path: `${basePath}${path}`, document: null };
  if (path === "/whoami") return { kind: "whoami" };
  const [, collection = "", id = ""] = timelinePath.exec(path) ?? [];
  const type = Object.hasOwn(collections, collection) ? collections[collection] : undefined;
  if (type === undefined) return null;
  return {
    kind: "activity",
    path: `${basePath}/${collection}/${encodeURIComponent(id.toWellFormed())}/activity`,
    document: { type, id },
  };
}
