import { isClientId } from "../../contract/client-id.ts";
import { subjects } from "../../contract/subjects.ts";
import type { ChangeMark, ChangesSince } from "../../registry/changes-since.ts";
import { jetstreamManager, type NatsConnection } from "../../shared/nats.ts";
import { hasMore, readBatch } from "../../shared/stored-messages.ts";
import { continues, sightIn } from "../../shared/stream-sight.ts";

const stream = "REGISTRY_CHANGES";
const prefix = subjects.registryChange("");
const hourMs = 3_600_000;
/** Nearly as long as a change is kept. */
const keptMs = 23 * hourMs;
/** From this share of its bytes on the stream may drop its oldest. */
const fullShare = 0.9;
/** Read at once: it is parsed in a process that also decides logins. */
const mostChanges = 250;
/** A copy of another region's stream that has heard nothing for so long says nothing of the present. */
const deafMs = 10_000;

/**
 * Which devices were told of since a mark, for who may not read the stream: its account also holds
 * acknowledgements. Without a mark, from now on.
 *
 * @throws Error while the stream does not answer, or is a copy that hears nothing of its origin.
 */
export async function changesSince(
  connection: NatsConnection,
  mark: ChangeMark | undefined,
): Promise<ChangesSince> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  const info = await streams.info(stream);
  if (info.mirror && heardMsAgo(info.mirror) > deafMs) throw new Error("the copy hears nothing");
  const sight = sightIn(info);
  const { created, firstSequence, lastSequence, at } = sight;
  const goesOn = mark && continues({ ...mark, sequence: mark.next - 1 }, sight);
  if (!goesOn) {
    const next = lastSequence + 1;
    return { mark: { created, next, at }, clientIds: [], lost: true, more: false };
  }
  // What is not there any more was mostly followed by a later change of the same device, which is.
  const passed = firstSequence > mark.next;
  const isEmpty = firstSequence > lastSequence;
  const isFull = info.state.bytes > fullShare * info.config.max_bytes && info.config.max_bytes > 0;
  const lost = passed && (isEmpty || isFull || at - mark.at > keptMs);
  // All of it: where only some are looked for, nobody knows how far a copy without any has come.
  const from = { sequence: Math.max(mark.next, firstSequence) };
  const batch = await readBatch(connection, stream, { from, limit: mostChanges });
  const next = (batch.at(-1)?.sequence ?? from.sequence - 1) + 1;
  const clientIds = batch.flatMap(({ subject }) => {
    const id = subject.startsWith(prefix) ? subject.slice(prefix.length) : "";
    return isClientId(id) ? [id] : [];
  });
  // A copy that lags has fewer than the leader knows of.
  const more = hasMore(batch) || next <= lastSequence;
  return { mark: { created, next, at }, clientIds, lost, more };
}

/** Nanoseconds in the server's words; below 0 when it has never heard anything. */
const heardMsAgo = ({ active }: { readonly active: number }) =>
  active < 0 ? Number.POSITIVE_INFINITY : active / 1e6;
