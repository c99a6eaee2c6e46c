import {
  type DecisionAction,
  DecisionAnswerSchema,
  type DecisionFailure,
  type DecisionOutcome,
  type DecisionRequest,
  decisionBatch,
  decisionLimitMs,
} from "../contract/quarantine-decision.ts";
import { type DecisionAsker, type Origin, origins, subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import type { HeldMessage } from "./held-message.ts";

/** Nothing was decided, or nobody says what was. Asked again with the same operation it goes on. */
export class DecisionsUnavailable extends Error {
  override readonly name = "DecisionsUnavailable";
  readonly code: DecisionFailure | "unanswered";

  constructor(code: DecisionsUnavailable["code"], detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }
}

export interface AskedDecisions {
  readonly asker: DecisionAsker;
  readonly action: DecisionAction;
  /** The same when it is repeated. */
  readonly operation: string;
  readonly actor: string;
  readonly reason: string;
}

/** What became of a message that was asked about. */
export interface Decided {
  readonly message: HeldMessage;
  readonly outcome: DecisionOutcome;
}

/** Longer than a performer works on it, shorter than the servers remember where the answer belongs. */
const answerMs = decisionLimitMs + 4_000;

/**
 * Has a decision made about messages of any origin, at most `decisionBatch` of them. Each lane's
 * performer is asked about its own.
 *
 * @throws DecisionsUnavailable
 */
export async function askDecisions(
  connection: Pick<NatsConnection, "request">,
  asked: AskedDecisions,
  messages: readonly HeldMessage[],
): Promise<readonly Decided[]> {
  if (messages.length > decisionBatch) throw new RangeError(`at most ${decisionBatch} at a time`);
  const answered = await Promise.all(
    origins.map(async (origin) => {
      const own = messages.filter((message) => message.origin === origin);
      return own.length === 0 ? [] : askLane(connection, { asked, origin }, own);
    }),
  );
  const outcomes = new Map(answered.flat().map(({ sequence, outcome }) => [sequence, outcome]));
  return messages.map((message) => ({
    message,
    outcome: outcomes.get(message.sequence) ?? "unfinished",
  }));
}

async function askLane(
  connection: Pick<NatsConnection, "request">,
  { asked, origin }: { readonly asked: AskedDecisions; readonly origin: Origin },
  messages: readonly HeldMessage[],
) {
  const { asker, ...rest } = asked;
  const request: DecisionRequest = {
    ...rest,
    messages: messages.map(({ sequence, storedAt }) => ({ sequence, storedAt })),
  };
  const body = JSON.stringify(request);
  const said = await connection
    .request(subjects.decisionRequest(origin, asker), body, { timeout: answerMs })
    .catch((cause) => {
      const detail = `no inspector of ${origin} messages has answered`;
      throw new DecisionsUnavailable("unanswered", detail, { cause });
    });
  const answer = DecisionAnswerSchema.parse(said.json());
  if ("failure" in answer) throw new DecisionsUnavailable(answer.failure, answer.detail);
  return answer.outcomes;
}
