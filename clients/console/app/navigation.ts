import type { IconName } from "#clients/console/ui/icons.ts";

export type NavigationItem = {
  readonly path: string;
  readonly title: string;
  readonly icon: IconName;
  /** The scope that its pages need; `null` if they need none. */
  readonly scope: string | null;
};

/** The pages that the navigation lists. */
export const navigation: readonly NavigationItem[] = [
  { path: "/activity", title: "Activity", icon: "activity", scope: "AIBooks.activity.READ" },
  { path: "/documents", title: "Documents", icon: "document", scope: "AIBooks.activity.READ" },
  { path: "/webhooks", title: "Webhooks", icon: "webhook", scope: "AIBooks.webhooks.MANAGE" },
  { path: "/tokens", title: "Tokens", icon: "key", scope: "AIBooks.tokens.READ" },
  { path: "/reference", title: "API reference", icon: "book", scope: null },
];

/** Whether a path is that of an item, or below it. */
export function isWithin({ path }: NavigationItem, current: string): boolean {
  return current === path || current.startsWith(`${path}/`);
}
