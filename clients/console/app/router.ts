import type { NavigateOptions } from "#clients/console/page/page-context.ts";

/** What the router needs of the window. */
export type RouterPorts = {
  readonly location: Pick<Location, "pathname" | "search" | "origin">;
  readonly history: Pick<History, "pushState" | "replaceState">;
};

/** The page that the address names. */
export type PageAddress = { readonly path: string; readonly query: URLSearchParams };

/** Keeps the address and what is shown in step, below a base path without a slash at its end: `/console`. */
export class Router {
  readonly #base: string;
  readonly #ports: RouterPorts;
  readonly #onChange: () => void;

  constructor(base: string, ports: RouterPorts, onChange: () => void) {
    this.#base = base;
    this.#ports = ports;
    this.#onChange = onChange;
  }

  get address(): PageAddress {
    const { pathname, search } = this.#ports.location;
    return { path: pathname.slice(this.#base.length) || "/", query: new URLSearchParams(search) };
  }

  /** Returns the address of a path of the console. */
  href(path: string): string {
    return `${this.#base}${path}`;
  }

  navigate(path: string, { replace = false }: NavigateOptions = {}): void {
    const href = this.href(path);
    const { pathname, search } = this.#ports.location;
    if (href === `${pathname}${search}`) return;
    if (replace) this.#ports.history.replaceState(null, "", href);
    else this.#ports.history.pushState(null, "", href);
    this.#onChange();
  }

  /** Follows a link within the console without loading the page anew; leaves all others to the browser. */
  follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    if (link === undefined || link.target !== "" || link.hasAttribute("download")) return;
    const { origin, pathname, search, hash } = new URL(link.href);
    const isInside = origin === this.#ports.location.origin && pathname.startsWith(`${this.#base}/`);
    if (!isInside || hash !== "") return;
    event.preventDefault();
    this.navigate(`${pathname.slice(this.#base.length)}${search}`);
  }
}
