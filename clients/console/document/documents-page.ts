import { html, type PropertyDeclarations, type TemplateResult } from "lit";
import { PageElement } from "#clients/console/page/page-element.ts";
import { RequestController } from "#clients/console/page/request-controller.ts";
import { renderSelectField, renderTextField } from "#clients/console/ui/field.ts";
import { renderPageHead } from "#clients/console/ui/page-head.ts";
import { renderRelativeTime } from "#clients/console/ui/relative-time.ts";
import { renderFailure, renderNotice, renderSkeleton } from "#clients/console/ui/states.ts";
import { adoptStyles } from "#clients/console/ui/styles/adopt-styles.ts";
import { parseEvent } from "#clients/timeline/events/parse-event.ts";
import { toActorName } from "#clients/timeline/format/actor-name.ts";
import { documentTypes } from "#shared/events/entity-types.ts";
import { nameAction, nameDocument, nameType } from "./describe-event.ts";
import { toDocumentPath } from "./document-path.ts";
import { documentStyles } from "./document-styles.ts";
import { listRecentDocuments, type RecentDocument } from "./recent-documents.ts";

/** How many of the latest events are searched for documents. */
const recentEvents = 200;

/** The page Documents: finds a document by its type and id, and lists those of the latest events. */
export class DocumentsPage extends PageElement {
  static override readonly properties: PropertyDeclarations = { type: { state: true }, documentId: { state: true } };

  private declare type: string;
  private declare documentId: string;

  readonly #recent = new RequestController<readonly RecentDocument[]>(this, async (signal) => {
    const params = { limit: recentEvents, include: ["actor"] } as const;
    const { items } = await this.context.api.client.activity.list(params, { signal });
    return listRecentDocuments(items.map(parseEvent).filter((event) => event !== null));
  });

  constructor() {
    super();
    this.type = "INVOICE";
    this.documentId = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    adoptStyles(documentStyles);
    this.#recent.load();
  }

  protected override render(): TemplateResult {
    return html`${renderPageHead("Documents", { hint: "Invoices, bills, contacts and all else that has a timeline." })}
      ${this.#renderFind()}
      <h2 class="document-recent">Recent</h2>
      ${this.#renderRecent()}`;
  }

  #renderFind(): TemplateResult {
    const id = this.documentId.trim();
    return html`<form class="document-find" role="search" @submit=${this.#open}>
      ${renderSelectField({
        id: "document-type",
        label: "Type",
        value: this.type,
        options: documentTypes.map((value) => ({ value, text: nameType(value) })),
        onChange: (type) => {
          this.type = type;
        },
      })}
      ${renderTextField({
        id: "document-id",
        label: "ID",
        value: this.documentId,
        type: "search",
        placeholder: "inv_8c3f1a9b",
        isRequired: true,
        error: id === "" || toDocumentPath(this.type, id) !== null ? null : `A document with the ID ${id} has no page.`,
        onInput: (id) => {
          this.documentId = id;
        },
      })}
      <button type="submit" class="button primary">Open</button>
    </form>`;
  }

  #renderRecent(): TemplateResult {
    const { state } = this.#recent;
    switch (state.kind) {
      case "loading":
        return renderSkeleton();
      case "failed":
        return renderFailure(state.failure, () => this.#recent.load());
      case "ready":
        return state.value.length === 0
          ? renderNotice({ icon: "document", title: "No documents", hint: "The log of this organisation is empty." })
          : this.#renderTable(state.value);
    }
  }

  #renderTable(documents: readonly RecentDocument[]): TemplateResult {
    const nowMs = Date.now();
    return html`<div class="table-frame"><table class="table">
      <thead><tr><th scope="col">Document</th><th scope="col" class="wide-only">Type</th><th scope="col">Last event</th><th scope="col" class="wide-only">By</th><th scope="col">When</th></tr></thead>
      <tbody>${documents.map(
        ({ type, id, lastEvent }) => html`<tr>
          <td>${this.#renderName(toDocumentPath(type, id), nameDocument(lastEvent))}</td>
          <td class="muted wide-only">${nameType(type)}</td>
          <td>${nameAction(lastEvent)}</td>
          <td class="wide-only"><bdi>${toActorName(lastEvent.actor) ?? html`<span class="muted">System</span>`}</bdi></td>
          <td class="muted">${renderRelativeTime(lastEvent.occurredAtMs, nowMs)}</td>
        </tr>`,
      )}</tbody>
    </table></div>`;
  }

  #renderName(path: string | null, name: string): TemplateResult {
    const text = html`<bdi>${name}</bdi>`;
    return path === null ? text : html`<a class="wrap" href=${this.context.href(path)}>${text}</a>`;
  }

  readonly #open = (event: SubmitEvent): void => {
    event.preventDefault();
    const id = this.documentId.trim();
    const path = toDocumentPath(this.type, id);
    if (path !== null) this.context.navigate(path);
  };
}

customElements.define("console-documents-page", DocumentsPage);
