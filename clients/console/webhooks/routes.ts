import type { Route } from "#clients/console/page/route.ts";

const scope = "AIBooks.webhooks.MANAGE";

export const webhookRoutes: readonly Route[] = [
  {
    path: "/webhooks",
    title: "Webhooks",
    scope,
    load: async () => (await import("./endpoints/endpoints-page.ts")).EndpointsPage,
  },
  {
    path: "/webhooks/deliveries",
    title: "Deliveries",
    scope,
    load: async () => (await import("./deliveries/deliveries-page.ts")).DeliveriesPage,
  },
  {
    path: "/webhooks/:endpoint/deliveries/:delivery",
    title: "Delivery",
    scope,
    load: async () => (await import("./deliveries/delivery-page.ts")).DeliveryPage,
  },
  {
    path: "/webhooks/:endpoint/settings",
    title: "Settings",
    scope,
    load: async () => (await import("./settings/settings-page.ts")).SettingsPage,
  },
  {
    path: "/webhooks/event-types",
    title: "Event types",
    scope,
    load: async () => (await import("./event-types/event-types-page.ts")).EventTypesPage,
  },
  {
    path: "/webhooks/signatures",
    title: "Signatures",
    scope,
    load: async () => (await import("./signatures/signatures-page.ts")).SignaturesPage,
  },
  {
    path: "/webhooks/:endpoint/replay",
    title: "Replay",
    scope,
    load: async () => (await import("./replays/replay-page.ts")).ReplayPage,
  },
  {
    path: "/webhooks/:endpoint",
    title: "Endpoint",
    scope,
    load: async () => (await import("./endpoint/overview-page.ts")).OverviewPage,
  },
];
