import { printable } from "../shared/printable.ts";
import type { DeadLetter } from "./dead-letter.ts";

const textLimit = 1_024;

/** What is shown of a dead letter: nothing of it can steer a terminal or hide. */
export function letterView({ sequence, storedAt, stage, reason, topic, data, whole }: DeadLetter) {
  return {
    sequence,
    time: new Date(storedAt).toISOString(),
    stage: printable(stage, textLimit),
    reason: printable(reason, textLimit),
    topic: printable(topic ?? "", textLimit),
    size: whole?.size ?? data.length,
    ...(whole && { kept: data.length, sha256: printable(whole.sha256, textLimit) }),
  };
}
