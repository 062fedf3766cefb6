import { type CostLine, functionDollars } from "./monthly-costs.ts";
import { prices } from "./prices.ts";
import { gb, million } from "./workload.ts";

/** Rounds of a shard of the ledger that is busy in each minute of a month: the most that it can have. */
const rounds = 730 * 60;

/** Write units of a round: its entry, its heads and the checkpoint in two items, each written in a transaction. */
const roundUnits = 1 + 1 + 2 * 2 + 1;

/** Bytes of a round outside: 256 hashes in Base64, and a proof. */
const roundBytes = 12_500;

/** Returns the costs of a month of anchors, for each shard of the ledger that is busy all the time. */
export function anchorCosts(): CostLine[] {
  const { dynamodb, kms, s3 } = prices;
  return [
    { name: "signatures", basis: "one each minute, by KMS", dollars: (rounds / million) * kms.millionSignatures },
    {
      name: "anchor function",
      basis: "512 MB for 200 ms: an assumption",
      dollars: functionDollars({ calls: rounds, ms: 200, memoryGb: 0.5 }),
    },
    {
      name: "rounds and checkpoints",
      basis: `${roundUnits} write units a round of up to ten organisations; each ten more are another one`,
      dollars: ((rounds * roundUnits) / million) * dynamodb.STANDARD.write,
    },
    { name: "anchors, stored", basis: "one put a round", dollars: (rounds / million) * s3.millionWrites },
    {
      name: "anchors, kept",
      basis: "12.5 KB a round of up to 256 organisations; as much more for each further month",
      dollars: ((rounds * roundBytes) / gb) * s3.storageGb,
    },
  ];
}
