import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { takeConsoleScreenshots } from "#test/browser/console/screenshots/console-screenshots.ts";
import { launchBrowser } from "#test/support/browser/browser.ts";
import { compressPng } from "#test/support/browser/compress-png.ts";
import { anActivity, sampleActivity } from "#test/support/browser/sample-activity.ts";
import { buildTimeline } from "#test/support/browser/timeline-package.ts";
import { timelinePage } from "#test/support/browser/timeline-page.ts";
import { startTimelineServer, type TimelineServer } from "#test/support/browser/timeline-server.ts";
import { acmeKey, createEventProof, toCanonicalEvent } from "#test/support/ledger/event-proof.ts";

/** Words for a language that the element does not have, as a host passes them. */
const arabic = `timeline.messages = {
  sentences: ["{actor}: {verb} {document}", "{document}: {verb}"],
  verbs: { CREATED: "إنشاء", UPDATED: "تعديل", SENT: "إرسال", EMAIL_SENT: "إرسال بالبريد", PAID: "تم الدفع",
    APPROVED: "اعتماد", VOIDED: "إلغاء", COMMENT_ADDED: "تعليق على" },
  fields: { status: "الحالة", total: "الإجمالي", amount_due: "المبلغ المستحق", due_date: "تاريخ الاستحقاق", notes: "ملاحظات" },
  statuses: { DRAFT: "مسودة", SENT: "مرسلة", PAID: "مدفوعة", APPROVED: "معتمدة", PENDING_APPROVAL: "بانتظار الاعتماد",
    OVERDUE: "متأخرة", VOID: "ملغاة" },
  onBehalfOf: " نيابة عن {name}", allTypes: "كل الأنواع", allPeople: "الجميع", anyTime: "أي وقت", end: "هذا كل شيء.",
  actorTypes: { agent: "وكيل", integration: "تكامل" },
};`;

type Screenshot = {
  readonly name: string;
  readonly width: number;
  /** Whether the documentation shows it. */
  readonly isInDocs?: boolean;
  readonly lang?: string;
  readonly script?: string;
  readonly context?: BrowserContextOptions;
  readonly prepare?: (page: Page, server: TimelineServer) => Promise<unknown>;
};

const now = new Date("2026-05-12T15:30:00Z");
const expand = (page: Page) => page.locator("[part=time]").first().click();
const fail = (status: number, headers = {}) => ({
  async prepare(page: Page, server: TimelineServer) {
    server.failure = () => ({ status, headers });
    await page.reload();
    await page.locator("[part=notice]").waitFor();
  },
});

/** Returns code of a host that has this proof for the newest event. */
const supply = (proof: string) => `timeline.verificationKey = ${JSON.stringify(acmeKey)};
  timeline.proofOf = async () => ${JSON.stringify(proof)};`;
const [newest = {}] = sampleActivity(now);
const verified = await createEventProof(toCanonicalEvent(newest));
const tampered = await createEventProof(
  toCanonicalEvent({ ...newest, changes: { status: { old: "SENT", new: "VOID" } } }),
);

const screenshots: readonly Screenshot[] = [
  { name: "light", isInDocs: true, width: 760, prepare: expand },
  { name: "dark", isInDocs: true, width: 760, context: { colorScheme: "dark" }, prepare: expand },
  { name: "narrow", isInDocs: true, width: 360 },
  { name: "wide", width: 1200 },
  { name: "german", isInDocs: true, width: 640, lang: "de" },
  { name: "czech", width: 640, lang: "cs" },
  { name: "arabic", isInDocs: true, width: 640, lang: "ar", script: arabic },
  { name: "tooltip", width: 640, prepare: (page) => page.locator("[part=time]").nth(2).focus() },
  {
    name: "new-events",
    width: 640,
    async prepare(page, server) {
      const arrivals = ["a", "b", "c"].map((id) => anActivity(id, "INVOICE_SENT", 0, now));
      server.events = [...arrivals, ...server.events];
      await page.clock.runFor(10_000);
      await page.locator("[part=new-events]").waitFor();
      server.failure = () => ({ status: 429, headers: { "retry-after": "42" } });
      await page.clock.runFor(10_000);
    },
  },
  { name: "loading", width: 640, script: "timeline.api = undefined;" },
  {
    name: "empty",
    width: 640,
    async prepare(page, server) {
      server.events = [];
      await page.reload();
    },
  },
  { name: "failed", width: 640, ...fail(500, { "x-request-id": "req_7f6b3c8e1d22" }) },
  { name: "expired", width: 640, context: { colorScheme: "dark" }, ...fail(401) },
  { name: "verified", width: 640, script: supply(verified), prepare: expand },
  { name: "verified-dark", width: 640, context: { colorScheme: "dark" }, script: supply(verified), prepare: expand },
  { name: "verified-arabic", width: 640, lang: "ar", script: arabic + supply(verified), prepare: expand },
  { name: "false", width: 640, script: supply(tampered), prepare: expand },
  { name: "false-dark", width: 640, context: { colorScheme: "dark" }, script: supply(tampered), prepare: expand },
  { name: "false-narrow", width: 360, script: supply(tampered), prepare: expand },
  { name: "unverified-german", width: 360, lang: "de", script: supply("none"), prepare: expand },
  { name: "print", width: 760, prepare: (page) => page.emulateMedia({ media: "print" }) },
];

/** `npm run screenshots` takes all, into `.build/screenshots`; with `-- docs` those of the documentation, into `docs/images`. */
const forDocs = argv[2] === "docs";
const folder = forDocs ? "docs/images" : ".build/screenshots";

async function take(shot: Screenshot, browser: Browser, server: TimelineServer): Promise<void> {
  const { name, width, lang, script = "", context, prepare } = shot;
  const dir = lang === "ar" ? "rtl" : "ltr";
  const links = `timeline.documentUrl = ({ id }) => "/documents/" + id;`;
  server.events = forDocs ? sampleActivity(now).slice(0, 7) : sampleActivity(now);
  server.failure = () => null;
  server.page = timelinePage({ lang, dir, script: links + script });
  const viewport = { width, height: 1_100 };
  const deviceScaleFactor = forDocs ? 1.5 : 2;
  const page = await browser.newPage({ viewport, deviceScaleFactor, timezoneId: "Europe/Prague", ...context });
  await page.clock.install({ time: now });
  await page.goto(server.origin);
  await page.locator(".event").first().waitFor();
  await prepare?.(page, server);
  await page.clock.runFor(1_000);
  if (forDocs) await page.mouse.move(0, 0);
  const { height = 0 } = (await page.locator("html").boundingBox()) ?? {};
  const clip = forDocs ? { clip: { x: 0, y: 0, width, height } } : {};
  const png = await page.screenshot(clip);
  writeFileSync(join(folder, forDocs ? `timeline-${name}.png` : `${name}.png`), forDocs ? compressPng(png) : png);
  await page.close();
}

// Takes pictures of the timeline and of the console in all their states.
mkdirSync(folder, { recursive: true });
const built = await buildTimeline();
const [browser, server] = await Promise.all([launchBrowser(), startTimelineServer(built.dist)]);
for (const shot of screenshots) if (!forDocs || shot.isInDocs) await take(shot, browser, server);
await takeConsoleScreenshots(browser, forDocs ? folder : join(folder, "console"), now, forDocs);
await Promise.all([browser.close(), server.close()]);
built.remove();
