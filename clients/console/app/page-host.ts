import type { ReactiveControllerHost } from "lit";
import type { PageContext } from "#clients/console/page/page-context.ts";
import type { PageElement } from "#clients/console/page/page-element.ts";
import type { Route, RouteMatch } from "#clients/console/page/route.ts";

/** What the main part of the console shows. */
export type ShownPage =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly element: PageElement }
  /** The chunk of the page could not be loaded. */
  | { readonly kind: "failed" };

/** Holds the element of the present page: a new one for each route and session, the same one while its address changes. */
export class PageHost {
  readonly #host: ReactiveControllerHost;
  readonly #onOpen: (route: Route) => void;
  #route: Route | null = null;
  #context: PageContext | null = null;
  #shown: ShownPage = { kind: "loading" };

  /** `onOpen` is called when another page has been opened, and is about to be rendered. */
  constructor(host: ReactiveControllerHost, onOpen: (route: Route) => void) {
    this.#host = host;
    this.#onOpen = onOpen;
  }

  /** Returns the page of a route. While it loads, the host is rendered again when it is there. */
  show({ route, params }: RouteMatch, query: URLSearchParams, context: PageContext): ShownPage {
    if (this.#route !== route || this.#context !== context) {
      this.#route = route;
      this.#context = context;
      this.#shown = { kind: "loading" };
      this.#load(route, context);
    } else if (this.#shown.kind === "ready") {
      assignChanged(this.#shown.element, params, query);
    }
    return this.#shown;
  }

  /** Loads the page once more, or anew. */
  reset(): void {
    this.#route = null;
    this.#host.requestUpdate();
  }

  async #load(route: Route, context: PageContext): Promise<void> {
    const shown = await createPage(route, context);
    if (this.#route !== route || this.#context !== context) return;
    this.#shown = shown;
    if (shown.kind === "ready") this.#onOpen(route);
    this.#host.requestUpdate();
  }
}

async function createPage(route: Route, context: PageContext): Promise<ShownPage> {
  try {
    const Page = await route.load();
    return { kind: "ready", element: Object.assign(new Page(), { context, params: {}, query: new URLSearchParams() }) };
  } catch (error) {
    reportError(error);
    return { kind: "failed" };
  }
}

/** A page is rendered again only if its address has changed. */
function assignChanged(element: PageElement, params: PageElement["params"], query: URLSearchParams): void {
  if (JSON.stringify(params) !== JSON.stringify(element.params)) element.params = params;
  if (query.toString() !== element.query.toString()) element.query = query;
}
