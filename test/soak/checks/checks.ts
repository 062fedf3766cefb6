import { isDeepStrictEqual } from "node:util";
import { evaluateQuery } from "#shared/audit/evaluate-query.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import { toEventItem } from "#shared/events/dynamodb/event-item.ts";
import type { JsonObject } from "#shared/events/text/json.ts";
import { compareByNewest, type ExpectedEvent, type Submissions } from "#test/soak/submissions.ts";
import type { CheckResult } from "./check-result.ts";
import { damageSequenced, fed, logsAreWhole, proved, sequenced } from "./ledger-checks.ts";
import type { EventsTableItem, SoakResult } from "./soak-result.ts";

type Check = (submissions: Submissions, found: SoakResult) => CheckResult;

/** All checks, in the order of the report. Add new ones here. */
const checks: readonly Check[] = [
  acknowledged,
  stored,
  logged,
  tampering,
  sequenced,
  damageSequenced,
  logsAreWhole,
  fed,
  proved,
  readable,
  rejected,
  delivered,
  noDivergentDeliveries,
  tested,
  ownerCallsSucceed,
  noDeadLetters,
  tenantIsolation,
  noUnexplainedServerErrors,
];

/** Runs all checks: compares what was accepted with what the stack stored, listed and delivered. */
export function runChecks(submissions: Submissions, found: SoakResult): CheckResult[] {
  return checks.map((compare) => compare(submissions, found));
}

function acknowledged(submissions: Submissions): CheckResult {
  const problems = submissions.unacknowledged.map((id) => `${id} was sent, but never acknowledged.`);
  const { acceptedCount } = submissions;
  return { name: "acknowledged", expected: acceptedCount + problems.length, found: acceptedCount, problems };
}

/** Each accepted event is stored exactly once, with the content that was sent, and no other event is stored. */
function stored(submissions: Submissions, { stored: items }: SoakResult): CheckResult {
  const isDamaged = ({ entity_id }: EventsTableItem) => submissions.damaged.has(String(entity_id));
  const ours = items.filter((item) => item.entity_type !== "WEBHOOK_ENDPOINT" && !isDamaged(item));
  const byId = Map.groupBy(ours, ({ event_id }) => String(event_id));
  const problems = submissions.accepted.flatMap((event) => {
    const [item, another] = byId.get(event.event_id) ?? [];
    if (item === undefined) return [`${event.event_id} is not stored.`];
    if (another !== undefined) return [`${event.event_id} is stored more than once.`];
    const expected = toEventItem({ ...event, recorded_at: String(item.recorded_at) });
    return isDeepStrictEqual(item, expected) ? [] : [`${event.event_id} is stored as ${JSON.stringify(item)}.`];
  });
  const known = new Set(submissions.accepted.map(({ event_id }) => event_id));
  const foreign = [...byId.keys()].filter((id) => !known.has(id)).map((id) => `${id} is stored, and was not accepted.`);
  return { name: "stored", expected: known.size, found: ours.length, problems: [...problems, ...foreign] };
}

/** Each accepted event has at least one line in the audit log. No other line exists, and no line reports tampering. */
function logged(submissions: Submissions, { logged: lines }: SoakResult): CheckResult {
  const isDamage = ({ message, entity_id }: JsonObject) =>
    message === "tamper" && submissions.damaged.has(String(entity_id));
  const ours = lines.filter((line) => line.entity_type !== "WEBHOOK_ENDPOINT" && !isDamage(line));
  const ids = new Set(ours.map(({ event_id }) => String(event_id)));
  const missing = submissions.accepted.filter(({ event_id }) => !ids.has(event_id)).map(({ event_id }) => event_id);
  const known = new Set(submissions.accepted.map(({ event_id }) => event_id));
  const foreign = ours.filter(({ message, event_id }) => message !== "event" || !known.has(String(event_id)));
  const problems = [
    ...missing.map((id) => `${id} has no line in the audit log.`),
    ...foreign.map((line) => `Unexpected line in the audit log: ${JSON.stringify(line)}`),
  ];
  return { name: "audit lines", expected: known.size, found: ids.size, problems };
}

/** The saved query `tampering` returns a row for each damaged item. */
function tampering({ damaged }: Submissions, { logged: lines }: SoakResult): CheckResult {
  const query = savedQueries.find(({ name }) => name === "tampering");
  const ever = { since: "0001", until: "9999", org: null };
  const rows = query === undefined ? [] : evaluateQuery(query, {}, ever, lines);
  const found = new Set(rows.map(({ entity_id }) => entity_id));
  const missing = [...damaged.keys()].filter((id) => !found.has(id));
  const problems = missing.map((id) => `${id} is damaged, but the tampering query does not return it.`);
  return { name: "tampering query", expected: damaged.size, found: damaged.size - missing.length, problems };
}

/** The pages of an organisation list exactly its accepted events, in order. */
function readable(submissions: Submissions, { shown }: SoakResult): CheckResult {
  const expected = Map.groupBy(submissions.accepted.toSorted(compareByNewest), ({ org_id }) => org_id);
  const problems = [...shown].flatMap(([org, ids]) => {
    const expectedIds = (expected.get(org) ?? []).map(({ event_id }) => event_id);
    if (isDeepStrictEqual(ids, expectedIds)) return [];
    const at = expectedIds.findIndex((id, index) => ids[index] !== id);
    return [`${org} lists ${ids.length} events instead of ${expectedIds.length}; number ${at + 1} is ${ids[at]}.`];
  });
  const total = [...shown.values()].reduce((sum, ids) => sum + ids.length, 0);
  return { name: "listed", expected: submissions.acceptedCount, found: total, problems };
}

/** Each invalid message is rejected at least once, with code and reason, and no other message is. */
function rejected({ refusable }: Submissions, { rejected: messages }: SoakResult): CheckResult {
  const bodies = new Set(messages.map(({ body }) => body));
  const missing = [...refusable.keys()].filter((body) => !bodies.has(body)).map((body) => `Not rejected: ${body}`);
  const wrong = messages
    .filter(({ body, code, reason }) => refusable.get(body) !== code || (reason ?? "") === "")
    .map(({ body, code }) => `Wrongly rejected as ${code}: ${body}`);
  return { name: "rejected", expected: refusable.size, found: bodies.size, problems: [...missing, ...wrong] };
}

/** Each event was delivered to the endpoint of its organisation, or is listed as failed with a reason. */
function delivered(submissions: Submissions, { received }: SoakResult): CheckResult {
  const owed = Map.groupBy(
    submissions.accepted.filter(({ event_id }) => submissions.mustBeDelivered(event_id)),
    ({ org_id }) => org_id,
  );
  const perOrg = received.map(({ org_id, received: requests, givenUp }) => {
    const accepted = new Set(requests.flatMap(({ isAccepted, eventId }) => (isAccepted ? [eventId] : [])));
    const events: readonly ExpectedEvent[] = owed.get(org_id) ?? [];
    const missing = events.filter(({ event_id }) => !accepted.has(event_id) && !givenUp.has(event_id));
    const foreign = [...accepted].filter((id) => submissions.sent(id)?.org_id !== org_id);
    const problems = [
      ...missing.map(({ event_id }) => `${event_id} was not delivered to ${org_id}.`),
      ...foreign.map((id) => `${id} was delivered to ${org_id}, but belongs to another organisation.`),
    ];
    return { expected: events.length, found: events.length - missing.length, problems };
  });
  return {
    name: "delivered",
    expected: perOrg.reduce((sum, { expected }) => sum + expected, 0),
    found: perOrg.reduce((sum, { found }) => sum + found, 0),
    problems: perOrg.flatMap(({ problems }) => problems),
  };
}

/** All deliveries of an event have the same webhook id and the same body. */
function noDivergentDeliveries(_: Submissions, { received, problems }: SoakResult): CheckResult {
  const all = received.flatMap(({ received: requests }) => requests);
  const byEvent = Map.groupBy(all, ({ eventId }) => eventId);
  const twice = [...byEvent]
    .filter(([, requests]) => requests.length > 1)
    .map(([id]) => `${id} was delivered under two webhook ids.`);
  return {
    name: "no divergent deliveries",
    expected: byEvent.size,
    found: all.length,
    problems: [...problems.requests, ...twice],
  };
}

/** Each test delivery that the API accepted has arrived. */
function tested(_: Submissions, { owners: { tests, tested } }: SoakResult): CheckResult {
  const problems = tests.filter((id) => !tested.has(id)).map((id) => `The test ${id} did not arrive.`);
  return { name: "test deliveries", expected: tests.length, found: tests.length - problems.length, problems };
}

/** Each kind of call by an endpoint owner has succeeded at least once. */
function ownerCallsSucceed(_: Submissions, { owners: { calls, lastFailures } }: SoakResult): CheckResult {
  const problems = [...calls]
    .filter(([, count]) => count === 0)
    .map(([call]) => `No call of ${call} succeeded; the last failure: ${lastFailures.get(call) ?? "none"}.`);
  return { name: "owner calls", expected: calls.size, found: calls.size - problems.length, problems };
}

function noDeadLetters(_: Submissions, { deadLetters }: SoakResult): CheckResult {
  const problems = [...deadLetters].flatMap(([queue, bodies]) =>
    bodies.map((body) => `In ${queue}: ${body.slice(0, 300)}`),
  );
  return { name: "dead letters", expected: 0, found: problems.length, problems };
}

function tenantIsolation(_: Submissions, { problems: { pages } }: SoakResult): CheckResult {
  return { name: "tenant isolation", expected: 0, found: pages.length, problems: pages };
}

function noUnexplainedServerErrors(_: Submissions, { serverErrors: { unexplained } }: SoakResult): CheckResult {
  return { name: "unexplained 5xx", expected: 0, found: unexplained.length, problems: unexplained };
}
