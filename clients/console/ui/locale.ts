/** The locale in which dates and numbers are shown: the reader's first that `Intl` knows. Chromium names one `en-US@posix`. */
export const locale: string = globalThis.navigator.languages.find(isLocale) ?? "en";

/** Gives a browser that names a language which `Intl` refuses one that it knows: uPlot throws as it is loaded otherwise. */
export function correctLanguage(navigator: Pick<Navigator, "language">): void {
  if (!isLocale(navigator.language))
    Object.defineProperty(navigator, "language", { value: locale, configurable: true });
}

function isLocale(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
