import { z } from "zod";
import type { SequenceState } from "../contract/gapless-streams.ts";

/** What one server has of one stream, as it says itself: the leader tells of its own copy only. */
export interface StreamCopy {
  readonly account: string;
  readonly stream: string;
  readonly server: string;
  readonly state: SequenceState;
}

const StateSchema = z.object({
  messages: z.int().nonnegative(),
  first_seq: z.int().nonnegative(),
  last_seq: z.int().nonnegative(),
});

/** What nats-server tells of its JetStream, asked for accounts and streams, as far as it matters here. */
export const ServerStreamsSchema = z.object({
  account_details: z
    .array(
      z.object({
        name: z.string(),
        stream_detail: z.array(z.object({ name: z.string(), state: StateSchema })).optional(),
      }),
    )
    .optional(),
});

/** The copies that a server has. */
export const copiesOf = (
  server: string,
  { account_details: accounts = [] }: z.infer<typeof ServerStreamsSchema>,
): readonly StreamCopy[] =>
  accounts.flatMap(({ name: account, stream_detail: streams = [] }) =>
    streams.map(({ name: stream, state }) => ({ account, stream, server, state })),
  );
