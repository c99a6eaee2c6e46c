import { setTimeout as delay } from "node:timers/promises";
import type {
  Decision,
  DecisionAction,
  DecisionOutcome,
  DecisionRequest,
} from "../../contract/quarantine-decision.ts";
import type { DecisionStore, HeldEntry } from "./decision-store.ts";
import { type ReleaseOptions, releaseHeld } from "./release-held.ts";

export interface DecidingOptions extends ReleaseOptions {
  readonly store: DecisionStore;
}

type Asked = Pick<DecisionRequest, "action" | "actor" | "operation" | "reason">;

const ending = { release: "released", drop: "dropped" } as const satisfies Record<
  DecisionAction,
  Decision["state"]
>;
/** A copy that was read may lag behind the one that refused to write. */
const lagMs = 50;

/** Undefined while it is open: held, or its release was begun and is asked for again. */
export function settledOutcome(
  { message: { decision } }: HeldEntry,
  action: DecisionAction,
): "unchanged" | "refused" | undefined {
  if (!decision || (decision.state === "releasing" && action === "release")) return undefined;
  return decision.state === ending[action] ? "unchanged" : "refused";
}

/**
 * Makes one decision about one held message, as often as it is repeated: written down that it
 * begins, made, written down that it was made. Of several who decide at once, one has decided.
 *
 * @throws DecisionsFull, and the signal's reason.
 */
export async function decideHeld(
  options: DecidingOptions,
  { entry: first, asked }: { readonly entry: HeldEntry; readonly asked: Asked },
  signal: AbortSignal,
): Promise<DecisionOutcome> {
  for (let entry: HeldEntry | undefined = first; entry; ) {
    const settled = settledOutcome(entry, asked.action);
    if (settled) return settled;
    const made =
      asked.action === "drop"
        ? await write(options, { entry, asked, state: "dropped" }, signal)
        : await release(options, { entry, asked }, signal);
    if (made === "uncertain") return made;
    if (made) return "decided";
    await delay(lagMs, undefined, { signal });
    entry = await options.store.entry(first.message.sequence);
  }
  return "unknown";
}

interface Writing {
  readonly entry: HeldEntry;
  readonly asked: Asked;
  readonly state: Decision["state"];
}

/** The same entry with its new state; undefined when somebody else has written. */
async function write(
  { store }: DecidingOptions,
  { entry, asked, state }: Writing,
  signal: AbortSignal,
): Promise<HeldEntry | undefined> {
  const { actor, operation, reason } = asked;
  const { message, revision: before } = entry;
  const { sequence, storedAt } = message;
  const decision = { state, storedAt, decidedAt: Date.now(), actor, operation, reason };
  const revision = await store.write(sequence, { decision, revision: before }, signal);
  return revision === undefined
    ? undefined
    : { ...entry, revision, message: { ...message, decision } };
}

async function release(
  options: DecidingOptions,
  { entry, asked }: Omit<Writing, "state">,
  signal: AbortSignal,
): Promise<boolean | "uncertain"> {
  const begun = entry.message.decision
    ? entry
    : await write(options, { entry, asked, state: "releasing" }, signal);
  if (!begun) return false;
  const begunAt = begun.message.decision?.decidedAt ?? Date.now();
  const delivered = await releaseHeld(options, { entry: begun, begunAt }, signal);
  if (delivered === "uncertain") return delivered;
  return (await write(options, { entry: begun, asked, state: "released" }, signal)) !== undefined;
}
