import { navigation } from "#clients/console/app/navigation.ts";
import { type Theme, themes } from "#clients/console/app/theme.ts";
import { toDocumentPath } from "#clients/console/document/document-path.ts";
import type { Command } from "#clients/console/page/page-context.ts";
import { hasScope, type Session } from "#clients/console/session/session.ts";
import { isEntityType } from "#shared/events/entity-types.ts";

export type ConsoleCommandPorts = {
  readonly session: Session;
  navigate(path: string): void;
  setTheme(theme: Theme): void;
  signOut(): void;
};

/** Returns the commands that every page has: pages, themes, and what the text may be the id of. */
export function listConsoleCommands(text: string, ports: ConsoleCommandPorts): readonly Command[] {
  const { session, navigate, setTheme, signOut } = ports;
  const pages = navigation.filter(({ scope }) => hasScope(session, scope));
  return [
    ...listTargets(text.trim(), navigate),
    ...pages.map(({ title, path }) => ({ title: `Go to ${title}`, group: "Pages", run: () => navigate(path) })),
    ...themes.map((theme) => ({ title: `Theme: ${theme}`, group: "Console", run: () => setTheme(theme) })),
    { title: "Sign out", group: "Console", run: signOut },
  ];
}

/** A type and an id name a document; an id alone its events. */
function listTargets(text: string, navigate: (path: string) => void): readonly Command[] {
  const group = "Go to";
  const [, typeText, documentId] = /^([A-Za-z_]+)[\s/:]+(\S+)$/.exec(text) ?? [];
  const type = typeText?.toUpperCase() ?? "";
  const document = documentId === undefined ? null : toDocumentPath(type, documentId);
  if (document !== null && isEntityType(type)) {
    return [{ title: `Document ${documentId}`, group, keywords: text, run: () => navigate(document) }];
  }
  if (!/^[a-z]{2,8}_\w+$/.test(text)) return [];
  const [name, parameter] = text.startsWith("evt_") ? ["Event", "event_id"] : ["Events of the document", "entity_id"];
  const path = `/activity?${parameter}=${encodeURIComponent(text)}`;
  return [{ title: `${name} ${text}`, group, keywords: text, run: () => navigate(path) }];
}
