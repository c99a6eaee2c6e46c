import type { AuditKind } from "../contract/subjects.ts";
import { subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { headLimit, type SignedHead, SignedHeadSchema } from "./audit-head.ts";
import type { AuditKeyRing } from "./audit-key-ring.ts";
import type { AuditOutbox } from "./audit-outbox.ts";

/** Longer ones are no heads. */
const messageLimitBytes = 1_024;

export interface HeadExchangeOptions {
  readonly connection: Pick<NatsConnection, "publish" | "subscribe">;
  readonly kind: AuditKind;
  readonly outbox: Pick<AuditOutbox, "settledHead" | "tellHeads" | "takeEndedHeads">;
  readonly keys: Pick<AuditKeyRing, "believes">;
  readonly everyMs: number;
}

/** Tells the other writers how far a chain is. What is not heard is told again with the next one. */
export function publishHead(
  connection: Pick<NatsConnection, "publish">,
  kind: AuditKind,
  head: SignedHead | undefined,
): void {
  if (head) connection.publish(subjects.auditHeads(kind), JSON.stringify(head));
}

/**
 * Writers of audit records bear witness for one another: each tells where its chain stands, and
 * records where those of the others stood. So a chain that is cut off at its end, or taken out of
 * AUDIT as a whole, is missed by another chain. What nobody has heard yet can still be cut off:
 * twice the interval at most.
 */
export class HeadExchange {
  readonly #options: HeadExchangeOptions;
  readonly #subscription: ReturnType<NatsConnection["subscribe"]>;
  readonly #timer: NodeJS.Timeout;
  /** The last of each writer that is not recorded yet. */
  readonly #heard = new Map<string, SignedHead>();
  /** What was recorded last, by writer. The writer that was heard longest ago comes first. */
  readonly #recorded = new Map<string, number>();
  /** The digest of what was told last. */
  #told: string | undefined;

  constructor(options: HeadExchangeOptions) {
    this.#options = options;
    this.#subscription = options.connection.subscribe(subjects.auditHeads("*"), {
      callback: (error, message) => {
        if (!error) this.#hear(message.data);
      },
    });
    this.#timer = setInterval(() => this.#exchange(), options.everyMs).unref();
  }

  /** Records what was heard, and takes nothing more. */
  stop(): void {
    clearInterval(this.#timer);
    this.#subscription.unsubscribe();
    this.#record();
  }

  /** The end of the own chain, once it is stored. */
  tellEnd(): void {
    this.#tell();
  }

  #exchange(): void {
    this.#record();
    this.#tell();
  }

  #tell(): void {
    const { connection, kind, outbox } = this.#options;
    for (const head of outbox.takeEndedHeads()) publishHead(connection, kind, head);
    const head = outbox.settledHead();
    if (!head || head.digest === this.#told) return;
    this.#told = head.digest;
    publishHead(connection, kind, head);
  }

  #hear(data: Uint8Array): void {
    const head = data.length <= messageLimitBytes ? parsedHead(data) : undefined;
    if (!head || head.writer === this.#options.outbox.settledHead()?.writer) return;
    const before = this.#heard.get(head.writer)?.sequence ?? this.#recorded.get(head.writer) ?? -1;
    // An old one that somebody sends again says nothing new.
    if (head.sequence <= before || !this.#options.keys.believes(head)) return;
    this.#heard.set(head.writer, head);
  }

  #record(): void {
    const heads = [...this.#heard.values()].slice(0, headLimit);
    if (heads.length === 0 || !this.#options.outbox.tellHeads(heads)) return;
    for (const { writer, sequence } of heads) {
      this.#heard.delete(writer);
      this.#recorded.delete(writer);
      this.#recorded.set(writer, sequence);
    }
    for (const writer of this.#recorded.keys()) {
      if (this.#recorded.size <= 16 * headLimit) return;
      this.#recorded.delete(writer);
    }
  }
}

function parsedHead(data: Uint8Array): SignedHead | undefined {
  try {
    return SignedHeadSchema.safeParse(JSON.parse(Buffer.from(data).toString())).data;
  } catch {
    return undefined;
  }
}
