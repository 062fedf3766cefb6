import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import { evaluate } from "#shared/audit/evaluate.ts";
import { savedQueries } from "#shared/audit/queries.ts";
import { toItem } from "#shared/events/dynamodb/event-item.ts";
import type { JsonObject } from "#shared/events/text/json.ts";
import type { Found, Item } from "./found.ts";
import type { DamagedSoakItem } from "./hostile.ts";
import { byNewest, type Expected, type Ledger } from "./ledger.ts";

/** What a comparison came to; it holds where there is no problem. */
export interface Verdict {
  readonly what: string;
  readonly expected: number;
  readonly found: number;
  readonly problems: readonly string[];
}

type Check = (ledger: Ledger, found: Found) => Verdict;

/** Every comparison of what was accepted with what became of it. A further one has its place here. */
const checks: readonly Check[] = [
  acknowledged,
  stored,
  logged,
  tampering,
  setAside,
  readable,
  rejected,
  delivered,
  toldAlike,
  tested,
  ownersServed,
  leftNothing,
  readersSawTheirOwn,
  errorsExplained,
];

/** Compares what was accepted with what is found. */
export function check(ledger: Ledger, found: Found): Verdict[] {
  return checks.map((compare) => compare(ledger, found));
}

function acknowledged(ledger: Ledger): Verdict {
  const problems = ledger.unacknowledged.map((id) => `Nobody said what became of ${id}.`);
  const { acceptedCount } = ledger;
  return { what: "acknowledged", expected: acceptedCount + problems.length, found: acceptedCount, problems };
}

/** Each accepted event is one item, equal to what was sent, and there is no other. */
function stored(ledger: Ledger, { stored: items }: Found): Verdict {
  const isDamaged = ({ entity_id }: Item) => ledger.damaged.has(String(entity_id));
  const ours = items.filter((item) => item.entity_type !== "WEBHOOK_ENDPOINT" && !isDamaged(item));
  const byId = Map.groupBy(ours, ({ event_id }) => String(event_id));
  const problems = ledger.accepted.flatMap((event) => {
    const [item, another] = byId.get(event.event_id) ?? [];
    if (item === undefined) return [`${event.event_id} is not stored.`];
    if (another !== undefined) return [`${event.event_id} is stored more than once.`];
    const expected = toItem({ ...event, recorded_at: String(item.recorded_at) });
    return isDeepStrictEqual(item, expected) ? [] : [`${event.event_id} is stored as ${JSON.stringify(item)}.`];
  });
  const known = new Set(ledger.accepted.map(({ event_id }) => event_id));
  const foreign = [...byId.keys()].filter((id) => !known.has(id)).map((id) => `${id} is stored, and was not accepted.`);
  return { what: "stored", expected: known.size, found: ours.length, problems: [...problems, ...foreign] };
}

/** Each accepted event has its line in the audit log, however often, and nothing else has: nobody tampered. */
function logged(ledger: Ledger, { logged: lines }: Found): Verdict {
  const isDamage = ({ message, entity_id }: JsonObject) =>
    message === "tamper" && ledger.damaged.has(String(entity_id));
  const ours = lines.filter((line) => line.entity_type !== "WEBHOOK_ENDPOINT" && !isDamage(line));
  const ids = new Set(ours.map(({ event_id }) => String(event_id)));
  const missing = ledger.accepted.filter(({ event_id }) => !ids.has(event_id)).map(({ event_id }) => event_id);
  const known = new Set(ledger.accepted.map(({ event_id }) => event_id));
  const foreign = ours.filter(({ message, event_id }) => message !== "event" || !known.has(String(event_id)));
  const problems = [
    ...missing.map((id) => `${id} has no line in the audit log.`),
    ...foreign.map((line) => `The audit log says ${JSON.stringify(line)}.`),
  ];
  return { what: "logged", expected: known.size, found: ids.size, problems };
}

/** Each damaged item is a row of the saved query that auditors ask for tampering. */
function tampering({ damaged }: Ledger, { logged: lines }: Found): Verdict {
  const query = savedQueries.find(({ name }) => name === "tampering");
  const ever = { since: "0001", until: "9999", org: null };
  const rows = query === undefined ? [] : evaluate(query, {}, ever, lines);
  const found = new Set(rows.map(({ entity_id }) => entity_id));
  const missing = [...damaged.keys()].filter((id) => !found.has(id));
  const problems = missing.map((id) => `${id} is damaged, and is no row of the tampering query.`);
  return { what: "tampering", expected: damaged.size, found: damaged.size - missing.length, problems };
}

/** The fan-out has reported each damaged item to the unread queue, in a small message. */
function setAside({ damaged }: Ledger, { left }: Found): Verdict {
  const bodies = reportsOfDamage(left);
  const reported = new Set(bodies.map((body) => keyText(UnreadMessage.parse(JSON.parse(body)).key)));
  const problems = [
    ...[...damaged.values()]
      .filter((item) => !reported.has(keyText(item)))
      .map((item) => `${keyText(item)} is missing.`),
    ...bodies.filter((body) => body.length > 6_000).map((body) => `A message has ${body.length} characters.`),
  ];
  return { what: "set aside", expected: damaged.size, found: reported.size, problems };
}

const UnreadMessage = z.object({ key: z.object({ timeline: z.string(), position: z.string() }) });

function reportsOfDamage(left: Found["left"]): readonly string[] {
  return (left.get("unread") ?? []).filter((body) => body.includes('"reason":"DamagedItemError'));
}

function keyText({ timeline, position }: Pick<DamagedSoakItem, "timeline" | "position">): string {
  return `${timeline} ${position}`;
}

/** All pages of an organisation are its accepted events, in order. */
function readable(ledger: Ledger, { shown }: Found): Verdict {
  const expected = Map.groupBy(ledger.accepted.toSorted(byNewest), ({ org_id }) => org_id);
  const problems = [...shown].flatMap(([org, ids]) => {
    const wanted = (expected.get(org) ?? []).map(({ event_id }) => event_id);
    if (isDeepStrictEqual(ids, wanted)) return [];
    const at = wanted.findIndex((id, index) => ids[index] !== id);
    return [`${org} is shown ${ids.length} events where ${wanted.length} are; number ${at + 1} is ${ids[at]}.`];
  });
  const total = [...shown.values()].reduce((sum, ids) => sum + ids.length, 0);
  return { what: "readable", expected: ledger.acceptedCount, found: total, problems };
}

/** Each bad message is refused with its reason, at least once, and no other message is. */
function rejected({ refusable }: Ledger, { rejected: messages }: Found): Verdict {
  const bodies = new Set(messages.map(({ body }) => body));
  const missing = [...refusable.keys()].filter((body) => !bodies.has(body)).map((body) => `Not refused: ${body}`);
  const wrong = messages
    .filter(({ body, code, reason }) => refusable.get(body) !== code || (reason ?? "") === "")
    .map(({ body, code }) => `Refused as ${code}: ${body}`);
  return { what: "rejected", expected: refusable.size, found: bodies.size, problems: [...missing, ...wrong] };
}

/** What an organisation is owed has arrived at its receiver, or is listed as given up, with a reason. */
function delivered(ledger: Ledger, { told }: Found): Verdict {
  const owed = Map.groupBy(
    ledger.accepted.filter(({ event_id }) => ledger.isOwed(event_id)),
    ({ org_id }) => org_id,
  );
  const perOrg = told.map(({ org_id, told: requests, givenUp }) => {
    const taken = new Set(requests.flatMap(({ isTaken, eventId }) => (isTaken ? [eventId] : [])));
    const events: readonly Expected[] = owed.get(org_id) ?? [];
    const missing = events.filter(({ event_id }) => !taken.has(event_id) && !givenUp.has(event_id));
    const foreign = [...taken].filter((id) => ledger.sent(id)?.org_id !== org_id);
    const problems = [
      ...missing.map(({ event_id }) => `${event_id} was not delivered to ${org_id}.`),
      ...foreign.map((id) => `${id} was delivered to ${org_id}, and is none of its events.`),
    ];
    return { expected: events.length, found: events.length - missing.length, problems };
  });
  return {
    what: "delivered",
    expected: perOrg.reduce((sum, { expected }) => sum + expected, 0),
    found: perOrg.reduce((sum, { found }) => sum + found, 0),
    problems: perOrg.flatMap(({ problems }) => problems),
  };
}

/** An event comes under one id, and its repeats are alike. */
function toldAlike(_: Ledger, { told, problems }: Found): Verdict {
  const all = told.flatMap(({ told: requests }) => requests);
  const byEvent = Map.groupBy(all, ({ eventId }) => eventId);
  const twice = [...byEvent].filter(([, requests]) => requests.length > 1).map(([id]) => `${id} came under two ids.`);
  return { what: "told alike", expected: byEvent.size, found: all.length, problems: [...problems.requests, ...twice] };
}

/** Each test delivery that was promised has come. */
function tested(_: Ledger, { owners: { tests, tested } }: Found): Verdict {
  const problems = tests.filter((id) => !tested.has(id)).map((id) => `The test ${id} did not arrive.`);
  return { what: "tests", expected: tests.length, found: tests.length - problems.length, problems };
}

/** Whatever goes wrong, each call of an owner succeeds now and then. */
function ownersServed(_: Ledger, { owners: { calls } }: Found): Verdict {
  const problems = [...calls].filter(([, count]) => count === 0).map(([call]) => `No ${call} succeeded.`);
  return { what: "calls of owners", expected: calls.size, found: calls.size - problems.length, problems };
}

function leftNothing(_: Ledger, { left }: Found): Verdict {
  const expected = new Set(reportsOfDamage(left));
  const problems = [...left].flatMap(([queue, bodies]) =>
    bodies.filter((body) => !expected.has(body)).map((body) => `In ${queue}: ${body.slice(0, 300)}`),
  );
  return { what: "dead letters", expected: 0, found: problems.length, problems };
}

function readersSawTheirOwn(_: Ledger, { problems: { pages } }: Found): Verdict {
  return { what: "pages that are wrong", expected: 0, found: pages.length, problems: pages };
}

function errorsExplained(_: Ledger, { serverErrors: { unexplained } }: Found): Verdict {
  return { what: "5xx without a fault", expected: 0, found: unexplained.length, problems: unexplained };
}
