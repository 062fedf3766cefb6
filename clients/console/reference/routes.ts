import type { Route } from "#clients/console/page/route.ts";

export const referenceRoutes: readonly Route[] = [
  {
    path: "/reference",
    title: "API reference",
    scope: null,
    load: async () => (await import("./reference-page.ts")).ReferencePage,
  },
];
