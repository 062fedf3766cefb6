import { createEventStore } from "#shared/events/dynamodb/event-store.ts";
import { createDynamoClient } from "#shared/platform/dynamodb/client.ts";
import { fill } from "#test/bench/bench-events.ts";
import { type BenchEngine, slugOf } from "#test/bench/engine.ts";
import type { BenchRun, Measure } from "#test/bench/measure.ts";
import { measureListings } from "./listing.ts";
import { measureDepth, measurePages, measureReadUnits, measureSizes, Reader } from "./reading.ts";
import { measureIngest, measureWriteUnits } from "./writing.ts";

/** Measures reading and writing a short and a long log on DynamoDB Local. */
export async function measureLog(engine: BenchEngine, { events, step }: BenchRun): Promise<Measure[]> {
  const small = { org: "org_small", events: 1_100 };
  const large = { org: "org_large", events };
  const store = createEventStore(createDynamoClient(), engine.table);
  for (const { org, events } of [small, large]) {
    await fill(store, org, events, (share) => step(`Writing ${events} events: ${Math.round(share * 100)} %`));
  }
  const tokens = await engine.tokens([small.org, large.org], 40);
  const reader = await Reader.load(tokens);
  step("Reading pages");
  const lines = await measurePages(reader, small.org);
  step("Reading pages by number");
  const place = (org: string) => ({ org, slug: slugOf(org) });
  lines.push(...(await measureListings(tokens, place(small.org), place(large.org))));
  step("Reading a long log");
  lines.push(...(await measureSizes(engine, reader, small.org, large.org)));
  lines.push(...(await measureDepth(reader, large.org)));
  lines.push(...(await measureReadUnits(engine, large.org)));
  step("Writing");
  return [...lines, ...(await measureIngest(engine)), ...(await measureWriteUnits(engine))];
}
