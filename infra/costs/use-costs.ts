import { type CostLine, functionDollars } from "./monthly-costs.ts";
import { prices } from "./prices.ts";
import { gb, million } from "./workload.ts";

/** Returns what a million pages of 20 events cost, read from a table of this class. */
export function pageCosts(tableClass: "STANDARD" | "STANDARD_INFREQUENT_ACCESS"): CostLine[] {
  const { dynamodb, httpApi, logs } = prices;
  return [
    { name: "HTTP API", basis: "each request", dollars: httpApi.millionRequests },
    {
      name: "token and rate",
      basis: "one write unit of the config table; a request that reads much, one or two more",
      dollars: dynamodb.STANDARD.write,
    },
    {
      name: "page",
      basis: "2.5 read units: 21 events of 0.95 KB, eventually consistent",
      dollars: 2.5 * dynamodb[tableClass].read,
    },
    {
      name: "read function",
      basis: "1 GB for 10 ms",
      dollars: functionDollars({ calls: million, ms: 10, memoryGb: 1 }),
    },
    { name: "request logs", basis: "two lines, 600 bytes", dollars: ((million * 600) / gb) * logs.ingestGb },
  ];
}

/** Returns what a million deliveries cost that succeed at their first attempt, each alone in its batch. */
export function deliveryCosts(tableClass: "STANDARD" | "STANDARD_INFREQUENT_ACCESS"): CostLine[] {
  const { dynamodb, kms, sqs } = prices;
  return [
    {
      name: "deliveries table",
      basis: "5 write units: taken, recorded, the attempt, two for slots, of which a batch needs two",
      dollars: 5 * dynamodb.STANDARD.write,
    },
    {
      name: "endpoint and event",
      basis: "2 read units, consistent",
      dollars: dynamodb.STANDARD.read + dynamodb[tableClass].read,
    },
    {
      name: "deliveries queue",
      basis: "send, receive, delete; a tenth of it where ten come together",
      dollars: 3 * sqs.millionCalls,
    },
    {
      name: "sender",
      basis: "1 GB for 150 ms, at a receiver that takes 100",
      dollars: functionDollars({ calls: million, ms: 150, memoryGb: 1 }),
    },
    {
      name: "signing secrets",
      basis: "a call to KMS for each organisation, hour and instance: here, one for a hundred deliveries",
      dollars: kms.millionCalls / 100,
    },
  ];
}

/** Returns what a million deliveries cost more that succeed slowly, in 12 seconds, each alone in its batch. */
export function slowDeliveryCosts(): CostLine[] {
  const { dynamodb, sqs } = prices;
  return [
    {
      name: "slots and permits",
      basis: "3 write units: refused on the fast lane, permits taken and given back",
      dollars: 3 * dynamodb.STANDARD.write,
    },
    { name: "slow queue", basis: "send, receive, delete", dollars: 3 * sqs.millionCalls },
    {
      name: "slow sender",
      basis: "1 GB for 12 seconds, ten in a batch",
      dollars: functionDollars({ calls: million / 10, ms: 12_000, memoryGb: 1 }),
    },
  ];
}

/** Returns what an edge adds to a million requests. */
export function edgeRequestCosts(): CostLine[] {
  return [
    {
      name: "CloudFront",
      basis: "each HTTPS request, in North America and Europe",
      dollars: prices.cloudfront.millionRequests,
    },
    { name: "WAF requests", basis: "each request that WAF looks at", dollars: prices.waf.millionRequests },
  ];
}
