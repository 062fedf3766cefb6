import type { Route } from "#clients/console/page/route.ts";

export const documentRoutes: readonly Route[] = [
  {
    path: "/documents",
    title: "Documents",
    scope: "AIBooks.activity.READ",
    load: async () => (await import("./documents-page.ts")).DocumentsPage,
  },
];
