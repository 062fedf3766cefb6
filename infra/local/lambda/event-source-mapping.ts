import * as z from "zod";
import { parseProperties } from "#infra/local/template/properties.ts";
import type { TemplateResource } from "#infra/local/template/resources.ts";
import { type EventFilter, parseEventFilter } from "./event-filter.ts";

const propertiesSchema = z.object({
  BatchSize: z.coerce.number().int().positive().optional(),
  BisectBatchOnFunctionError: z.boolean().default(false),
  DestinationConfig: z.object({ OnFailure: z.object({ Destination: z.string() }) }).optional(),
  Enabled: z.boolean().default(true),
  EventSourceArn: z.string(),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.string() })) }).default({ Filters: [] }),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.literal("ReportBatchItemFailures")).default([]),
  MaximumBatchingWindowInSeconds: z.coerce.number().default(0),
  MaximumRecordAgeInSeconds: z.coerce.number().default(-1),
  MaximumRetryAttempts: z.coerce.number().default(-1),
  ParallelizationFactor: z.coerce.number().int().positive().default(1),
  ScalingConfig: z.object({ MaximumConcurrency: z.coerce.number() }).optional(),
  StartingPosition: z.enum(["TRIM_HORIZON", "LATEST"]).optional(),
  TumblingWindowInSeconds: z.coerce.number().default(0),
});

/** An event source mapping as the template defines it; -1 means without limit. */
export type EventSourceMapping = {
  readonly id: string;
  readonly sourceArn: string;
  /** Name or ARN. */
  readonly functionName: string;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly reportsItemFailures: boolean;
  readonly filters: readonly EventFilter[];
  readonly concurrency: number;
  readonly startingPosition: "TRIM_HORIZON" | "LATEST";
  readonly maxRetries: number;
  readonly maxRecordAgeSeconds: number;
  readonly bisectsOnError: boolean;
  readonly parallelizationFactor: number;
  /** 0 without tumbling windows. */
  readonly tumblingWindowMs: number;
  readonly onFailureArn: string | undefined;
};

const defaults = { sqs: { batchSize: 10, concurrency: 5 }, dynamodb: { batchSize: 100, concurrency: 1 } };

/** Reads an event source mapping; undefined when it is switched off. Throws on a source that is not hosted here. */
export function parseEventSourceMapping(resource: TemplateResource): EventSourceMapping | undefined {
  const properties = parseProperties(propertiesSchema, resource);
  if (!properties.Enabled) return undefined;
  const service = properties.EventSourceArn.split(":")[2];
  if (service !== "sqs" && service !== "dynamodb") {
    throw new Error(`The local runtime cannot poll ${properties.EventSourceArn} (${resource.id}).`);
  }
  if (properties.TumblingWindowInSeconds > 0 && properties.ParallelizationFactor > 1) {
    throw new Error(`The local runtime has no tumbling windows beside a parallelization factor (${resource.id}).`);
  }
  return {
    id: resource.id,
    sourceArn: properties.EventSourceArn,
    functionName: properties.FunctionName,
    batchSize: properties.BatchSize ?? defaults[service].batchSize,
    batchingWindowMs: properties.MaximumBatchingWindowInSeconds * 1_000,
    reportsItemFailures: properties.FunctionResponseTypes.length > 0,
    filters: properties.FilterCriteria.Filters.map(({ Pattern }) => parseEventFilter(Pattern)),
    concurrency: properties.ScalingConfig?.MaximumConcurrency ?? defaults[service].concurrency,
    startingPosition: properties.StartingPosition ?? "LATEST",
    maxRetries: properties.MaximumRetryAttempts,
    maxRecordAgeSeconds: properties.MaximumRecordAgeInSeconds,
    bisectsOnError: properties.BisectBatchOnFunctionError,
    parallelizationFactor: properties.ParallelizationFactor,
    tumblingWindowMs: properties.TumblingWindowInSeconds * 1_000,
    onFailureArn: properties.DestinationConfig?.OnFailure.Destination,
  };
}
