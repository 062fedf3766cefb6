import type { Route } from "#clients/console/page/route.ts";

export const webhookRoutes: readonly Route[] = [
  {
    path: "/webhooks",
    title: "Webhooks",
    scope: "AIBooks.webhooks.MANAGE",
    load: async () => (await import("./endpoints-page.ts")).EndpointsPage,
  },
];
