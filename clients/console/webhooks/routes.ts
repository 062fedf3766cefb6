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
    path: "/webhooks/:endpoint",
    title: "Endpoint",
    scope,
    load: async () => (await import("./endpoint/overview-page.ts")).OverviewPage,
  },
];
