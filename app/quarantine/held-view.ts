import { printable } from "../shared/printable.ts";
import { type HeldMessage, stateOf } from "./held-message.ts";
import { hexView } from "./hex-view.ts";

/** Most that is shown of a message, in bytes. */
export const shownBytes = 4 * 1024;
const [ruleLimit, textLimit] = [256, 500];
const inert = (text: string) => printable(text, textLimit);

/** What is shown of a held message: nothing of it can steer a terminal or hide. */
export function heldView(message: HeldMessage) {
  const { sequence, storedAt, clientId, origin, rules, verdict, data, decision } = message;
  return {
    sequence,
    time: new Date(storedAt).toISOString(),
    clientId: inert(clientId),
    origin,
    rules: rules.map((rule) => printable(rule, ruleLimit)),
    size: data.length,
    reason: inert(verdict),
    state: stateOf(message),
    ...(decision && {
      decision: {
        time: new Date(decision.decidedAt).toISOString(),
        actor: inert(decision.actor),
        operation: inert(decision.operation),
        reason: inert(decision.reason),
      },
    }),
  };
}

/** The beginning of its bytes, as text and as numbers. */
export function contentView({ data }: Pick<HeldMessage, "data">) {
  const head = data.subarray(0, shownBytes);
  const text = new TextDecoder().decode(head);
  return { text: printable(text, shownBytes), hex: hexView(head).join("\n") };
}
