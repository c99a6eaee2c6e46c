import { type DecisionAsker, subjects } from "../contract/subjects.ts";
import { askAggregator } from "../incidents/ask-aggregator.ts";
import type { NatsConnection } from "../shared/nats.ts";
import type { Exception } from "./exception.ts";
import { type ExceptionChange, parseException } from "./exception-schema.ts";

/** Why nothing was changed. */
export const exceptionRefusals = ["unknown", "invalid", "full"] as const;
export type ExceptionRefusal = (typeof exceptionRefusals)[number] | "unavailable";

export type ExceptionOutcome =
  | { readonly exception: Exception; readonly refused?: never }
  | { readonly refused: ExceptionRefusal; readonly detail: string };

/** Has the aggregator add an exception, or end one. */
export async function changeException(
  { connection, asker }: { readonly connection: NatsConnection; readonly asker: DecisionAsker },
  change: ExceptionChange,
): Promise<ExceptionOutcome> {
  return askAggregator({
    ...{ connection, subject: subjects.exceptionChange(asker), request: change },
    parse: (data): ExceptionOutcome | undefined => {
      const exception = parseException(data);
      return exception && { exception };
    },
    refusals: exceptionRefusals,
  });
}
