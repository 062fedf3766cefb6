import { locale } from "#clients/console/ui/locale.ts";
import { en } from "#clients/timeline/locales/en.ts";
import type { Messages } from "#clients/timeline/locales/messages.ts";

/** English words, with the dates and numbers of the reader. */
export const messages: Messages = { ...en, language: locale };
