import type { Route } from "#clients/console/page/route.ts";

const scope = "AIBooks.activity.READ";

export const documentRoutes: readonly Route[] = [
  {
    path: "/documents",
    title: "Documents",
    scope,
    load: async () => (await import("./documents-page.ts")).DocumentsPage,
  },
  {
    path: "/documents/:type/:id",
    title: "Document",
    scope,
    load: async () => (await import("./document-page.ts")).DocumentPage,
  },
];
