/** The locale in which dates and numbers are shown: the reader's first that `Intl` knows. Chromium names one `en-US@posix`. */
export const locale: string = globalThis.navigator.languages.find(isLocale) ?? "en";

function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
