import { readFileSync } from "node:fs";
import { followFiles } from "../../shared/followed-files.ts";
import type { Logger } from "../../shared/log.ts";
import { parseReceivers, type Receiver } from "./receivers.ts";

/** A receiver whose address and key may be renewed. */
export interface RenewedReceiver {
  readonly name: string;
  /** As the file has it now. */
  readonly now: () => Receiver;
}

/**
 * The receivers that a file names, each with the address and the key that it holds now. A file that
 * cannot be used leaves what was; so does one that names other receivers, who are for the next start.
 *
 * @throws ReceiversInvalid when the first one cannot be used.
 */
export function renewedReceivers(file: string, log: Logger): readonly RenewedReceiver[] {
  const read = () =>
    new Map(parseReceivers(readFileSync(file, "utf8"), file).map((each) => [each.name, each]));
  const first = read();
  let current = first;
  followFiles([file], () => {
    try {
      const changed = read();
      const added = [...changed.keys()].filter((name) => !first.has(name));
      const dropped = [...first.keys()].filter((name) => !changed.has(name));
      current = changed;
      log.info(
        { added, dropped },
        "receivers changed; who is new or left counts from the next start",
      );
    } catch (error) {
      log.error({ err: error }, "changed receivers cannot be used; those of before stay");
    }
  });
  return [...first.values()].map((receiver) => ({
    name: receiver.name,
    now: () => current.get(receiver.name) ?? receiver,
  }));
}
