import { type CostLine, functionDollars } from "./monthly-costs.ts";
import { prices } from "./prices.ts";
import { gb, million, perVisit } from "./workload.ts";

/** Returns the costs of a million pages of 20 events from a table of a class. */
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

/** Returns the costs of a million deliveries that succeed at the first attempt, each alone in its batch. */
export function deliveryCosts(tableClass: "STANDARD" | "STANDARD_INFREQUENT_ACCESS"): CostLine[] {
  const { dynamodb, kms, sqs } = prices;
  return [
    {
      name: "deliveries table",
      basis: "5 write units: claim, result, attempt, and two for permits, which a batch shares",
      dollars: 5 * dynamodb.STANDARD.write,
    },
    {
      name: "endpoint and event",
      basis: "2 read units, consistent",
      dollars: dynamodb.STANDARD.read + dynamodb[tableClass].read,
    },
    {
      name: "deliveries queue",
      basis: "send, receive, delete; a tenth of it in batches of ten",
      dollars: 3 * sqs.millionCalls,
    },
    {
      name: "sender",
      basis: "1 GB for 150 ms, for a receiver that responds in 100 ms",
      dollars: functionDollars({ calls: million, ms: 150, memoryGb: 1 }),
    },
    {
      name: "signing secrets",
      basis: "one KMS call per organisation, hour and instance: here, one for a hundred deliveries",
      dollars: kms.millionCalls / 100,
    },
  ];
}

/** Returns the additional costs of a million deliveries to receivers that respond in 12 seconds. */
export function slowDeliveryCosts(): CostLine[] {
  const { dynamodb, sqs } = prices;
  return [
    {
      name: "permits",
      basis: "3 write units: refused on the fast lane, acquired and released on the slow lane",
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

/** Returns the additional costs of a million requests through an edge. */
export function edgeRequestCosts(): CostLine[] {
  return [
    {
      name: "CloudFront",
      basis: "each HTTPS request, in North America and Europe",
      dollars: prices.cloudfront.millionRequests,
    },
    { name: "WAF requests", basis: "each request that WAF inspects", dollars: prices.waf.millionRequests },
  ];
}

/** Returns the costs of a million visits to the console, without the requests of its pages to the API. */
export function consoleVisitCosts(): CostLine[] {
  const { cloudfront, s3 } = prices;
  const { files, uncached, kilobytes } = perVisit;
  return [
    {
      name: "console",
      basis: `${files} files, ${kilobytes} KB together, of which ${uncached} are read from S3`,
      dollars:
        files * cloudfront.millionRequests +
        kilobytes * cloudfront.transferGb +
        uncached * (s3.millionReads + cloudfront.millionFunctionRuns),
    },
  ];
}
