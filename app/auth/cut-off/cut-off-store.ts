import { subjects } from "../../contract/subjects.ts";
import { clientOfCutOff, cutOffId, parseCutOff } from "../../cut-off/cut-off.ts";
import { type Follower, followStored } from "../../shared/follow-stored.ts";
import type { Logger } from "../../shared/log.ts";
import {
  JetStreamApiError,
  jetstream,
  jetstreamManager,
  type NatsConnection,
} from "../../shared/nats.ts";
import { isWrongLastSequence } from "../../shared/wrong-last-sequence.ts";
import type { CutOffStore, CutOffs } from "./cut-offs.ts";

const stream = "CUT_OFFS";
/** Error code of nats-server. */
const noMessageFound = 10037;
/** Shorter than the meter waits for the answer. */
const storeLimitMs = 1_500;

/** The stream that all replicas of auth in a region share. */
export function cutOffStore(connection: NatsConnection): CutOffStore {
  const js = jetstream(connection);
  const manager = jetstreamManager(connection, { checkAPI: false });
  return {
    replace: async (clientId, cutOff, lastSubjectSequence) => {
      try {
        const acknowledgement = await js.publish(
          subjects.cutOff(clientId),
          JSON.stringify(cutOff),
          {
            msgID: cutOffId(clientId, cutOff),
            expect: { lastSubjectSequence },
            timeout: storeLimitMs,
          },
        );
        return acknowledgement.seq;
      } catch (error) {
        if (isWrongLastSequence(error)) return undefined;
        throw error;
      }
    },
    read: async (clientId) => {
      const last_by_subj = subjects.cutOff(clientId);
      try {
        const message = await (await manager).streams.getMessage(stream, { last_by_subj });
        const cutOff = message ? parseCutOff(message.data) : undefined;
        return message && cutOff ? { cutOff, sequence: message.seq } : undefined;
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === noMessageFound) return undefined;
        throw error;
      }
    },
  };
}

export interface CutOffReading {
  readonly connection: NatsConnection;
  readonly cutOffs: Pick<CutOffs, "learn" | "forgetPlaces">;
  /** Is told of each, after it was learned. */
  readonly onLearned: (clientId: string) => void;
  readonly log: Logger;
}

/** Tells of every cut-off that is remembered, and of each new one; in each replica for itself. */
export const followCutOffs = ({ connection, cutOffs, onLearned, log }: CutOffReading): Follower =>
  followStored({
    ...{ connection, stream, log },
    filter: subjects.cutOff("*"),
    told: subjects.cutOffTold("*"),
    from: { sequence: 1 },
    onMessage: ({ subject, data, sequence }) => {
      const clientId = clientOfCutOff(subject);
      const cutOff = parseCutOff(data);
      if (clientId === undefined || !cutOff) {
        log.error({ subject }, "not a cut-off");
        return;
      }
      cutOffs.learn(clientId, { cutOff, sequence });
      onLearned(clientId);
    },
    onAnew: () => cutOffs.forgetPlaces(),
    what: "cut-offs",
  });
