import { type CostLine, functionDollars } from "./monthly-costs.ts";
import { prices } from "./prices.ts";
import { gb, million } from "./workload.ts";

/** Returns what a million pages of 20 events cost, read from a table of this class. */
export function pageCosts(tableClass: "STANDARD" | "STANDARD_INFREQUENT_ACCESS"): CostLine[] {
  const { dynamodb, httpApi, logs } = prices;
  return [
    { name: "HTTP API", dollars: httpApi.millionRequests },
    { name: "token and rate", dollars: dynamodb.STANDARD.write },
    { name: "page", dollars: 2 * dynamodb[tableClass].read },
    { name: "read function", dollars: functionDollars({ calls: million, ms: 10, memoryGb: 1 }) },
    { name: "request logs", dollars: ((million * 600) / gb) * logs.ingestGb },
  ];
}

/** Returns what a million deliveries cost that succeed at their first attempt, each alone in its batch. */
export function deliveryCosts(tableClass: "STANDARD" | "STANDARD_INFREQUENT_ACCESS"): CostLine[] {
  const { dynamodb, sqs } = prices;
  return [
    { name: "deliveries table", dollars: 5 * dynamodb.STANDARD.write },
    { name: "endpoint and event", dollars: dynamodb.STANDARD.read + dynamodb[tableClass].read },
    { name: "deliveries queue", dollars: 3 * sqs.millionCalls },
    { name: "sender", dollars: functionDollars({ calls: million, ms: 150, memoryGb: 1 }) },
  ];
}

/** Returns what an edge adds to a million requests. */
export function edgeRequestCosts(): CostLine[] {
  return [
    { name: "CloudFront", dollars: prices.cloudfront.millionRequests },
    { name: "WAF requests", dollars: prices.waf.millionRequests },
  ];
}
