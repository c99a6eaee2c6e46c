import type { Logger } from "../shared/log.ts";
import type { Msg } from "../shared/nats.ts";

/**
 * What is being answered now. An answer that fails is logged and costs its asker alone: also a
 * reply that the server does not take, such as one that is too large, throws.
 */
export function createAnswering(log: Pick<Logger, "error">) {
  let underWay = 0;
  return {
    get underWay(): number {
      return underWay;
    },
    /** The callback of a subscription. */
    by:
      (answer: (message: Msg) => Promise<void>) =>
      (error: Error | null, message: Msg): void => {
        if (error) {
          log.error({ err: error }, "a subscription failed");
          return;
        }
        underWay++;
        void answer(message)
          .catch((err) => log.error({ err, subject: message.subject }, "a request is not answered"))
          .finally(() => underWay--);
      },
  };
}
