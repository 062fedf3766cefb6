import { html, nothing, type TemplateResult } from "lit";
import { renderRelativeTime } from "#clients/console/ui/relative-time.ts";
import "#clients/console/ui/copy-button.ts";
import { type ConsoleToken, getTokenStatus, isUsable, type TokenStatus } from "./token-status.ts";

export type TokenTable = {
  readonly tokens: readonly ConsoleToken[];
  readonly ownId: string;
  readonly nowMs: number;
  /** Asks whether to revoke a token; `null` if the session may not. */
  readonly revoke: ((token: ConsoleToken) => void) | null;
};

/** Renders tokens as a table. */
export function renderTokenTable({ tokens, ...table }: TokenTable): TemplateResult {
  return html`<div class="table-frame" tabindex="0" role="region" aria-label="Tokens"><table class="table">
    <thead><tr>
      <th scope="col">Token</th>
      <th scope="col" class="wide-only">Scopes</th>
      <th scope="col" class="wide-only">Created</th>
      <th scope="col" class="wide-only">Last used</th>
      <th scope="col">Status</th>
      <th scope="col"><span class="unseen">Actions</span></th>
    </tr></thead>
    <tbody>${tokens.map((token) => renderRow(token, table))}</tbody>
  </table></div>`;
}

function renderRow(token: ConsoleToken, { ownId, nowMs, revoke }: Omit<TokenTable, "tokens">): TemplateResult {
  const { token_id, user_id, scopes, created_at, last_used_at } = token;
  const usable = isUsable(token, nowMs);
  return html`<tr class=${usable ? "" : "token-ended"}>
    <td>
      <div class="token-name">
        <bdi>${user_id ?? "No user"}</bdi>
        ${token_id === ownId ? html`<span class="tag token-own">Your token</span>` : nothing}
      </div>
      <div class="token-id"><span class="mono">${token_id.slice(0, 16)}…</span><copy-button .value=${token_id} label="the ID of the token"></copy-button></div>
    </td>
    <td class="wide-only"><div class="token-scopes">${scopes.map((scope) => html`<span class="tag">${scope}</span>`)}</div></td>
    <td class="muted wide-only">${renderTime(created_at, nowMs)}</td>
    <td class="muted wide-only">${renderTime(last_used_at, nowMs)}</td>
    <td>${renderStatus(token, nowMs)}</td>
    <td class="number">${
      usable && revoke !== null
        ? html`<button type="button" class="button danger" aria-label="Revoke ${token_id}" @click=${() => revoke(token)}>Revoke</button>`
        : nothing
    }</td>
  </tr>`;
}

function renderTime(time: string | null, nowMs: number): TemplateResult {
  return time === null
    ? html`<span aria-label="Never, or unknown">–</span>`
    : renderRelativeTime(Date.parse(time), nowMs);
}

const statuses: Readonly<Record<TokenStatus, readonly [tone: string, text: string]>> = {
  active: ["positive", "Active"],
  expiring: ["warning", "Expires soon"],
  expired: ["neutral", "Expired"],
  revoked: ["negative", "Revoked"],
};

function renderStatus(token: ConsoleToken, nowMs: number): TemplateResult {
  const status = getTokenStatus(token, nowMs);
  const [tone, text] = statuses[status];
  const time = token.revoked_at ?? token.expires_at;
  const until = time === null ? "Does not expire" : renderRelativeTime(Date.parse(time), nowMs);
  return html`<span class="pill tone-${tone}">${text}</span>
    <div class="token-until">${status === "active" && time !== null ? "Expires " : nothing}${until}</div>`;
}
