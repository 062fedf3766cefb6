import { ActivityError } from "#shared/errors.ts";
import type { EntityType } from "#shared/events/entity-types.ts";

/** What a path of this dialect asks for. */
export type FinzbooksRoute = ActivityRoute | { readonly kind: "whoami" };

export type ActivityRoute = {
  readonly kind: "activity";
  /** Encoded, as a URL needs it. */
  readonly path: string;
  /** The document whose timeline is asked for; `null` for the whole feed. */
  readonly document: { readonly type: EntityType; readonly id: string } | null;
};

export const basePath = "/api/public/v1";

/** The collections whose documents have a timeline of their own under `/{collection}/{id}/activity`. */
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

const alias = /^\/([a-z_]+)\/(.+)\/activity$/s;

/**
 * Finds the route of a request. The path is decoded already, so an id may hold slashes: it is all that stands between
 * the collection and `/activity`. Throws `ActivityError` `not_found` or `method_not_allowed`.
 */
export function findRoute(method: string, path: string): FinzbooksRoute {
  const route = path.startsWith(basePath) ? match(path.slice(basePath.length)) : null;
  if (route === null) throw new ActivityError("not_found", "There is no such resource.");
  if (method !== "GET") {
    throw new ActivityError("method_not_allowed", "This resource is read-only: events are written by the services.", {
      allow: "GET, HEAD",
    });
  }
  return route;
}

function match(path: string): FinzbooksRoute | null {
  if (path === "/activity") return { kind: "activity", path: `${basePath}${path}`, document: null };
  if (path === "/whoami") return { kind: "whoami" };
  const [, collection = "", id = ""] = alias.exec(path) ?? [];
  const type = Object.hasOwn(collections, collection) ? collections[collection] : undefined;
  if (type === undefined) return null;
  return {
    kind: "activity",
    path: `${basePath}/${collection}/${encodeURIComponent(id.toWellFormed())}/activity`,
    document: { type, id },
  };
}
