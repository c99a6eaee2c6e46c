import { z } from "zod";
import type { NatsConnection } from "../../shared/nats.ts";
import { proofIn } from "../callout/session-proof.ts";

/** A device's connection to one of the servers. */
export interface LiveSession {
  readonly clientId: string;
  /** What it was authenticated with. Undefined: auth has not said it. */
  readonly proof: string | undefined;
  readonly serverId: string;
  readonly connection: number;
  /** Where it comes from: `10.0.3.7:40122`. */
  readonly peer: string;
  /** When it was accepted, before it was authenticated: milliseconds since 1970, by its server. */
  readonly startedAt: number;
}

/** Names a connection for ever: a server that is started anew has another id. */
export type SessionPlace = Pick<LiveSession, "serverId" | "connection">;

/** Servers answer within milliseconds; when none has for so long, all have. */
const silenceMs = 300;
const answerLimitMs = 2_000;
/** Connections that are closed between two pages move the others up: pages overlap by this share. */
const pageOverlap = 1 / 16;

const AnswerSchema = z.object({
  server: z.object({ id: z.string() }),
  data: z.object({
    total: z.number(),
    connections: z
      .array(
        z.object({
          cid: z.number(),
          ip: z.string().default(""),
          port: z.number().default(0),
          start: z.string(),
          mqtt_client: z.string().default(""),
          authorized_user: z.string().default(""),
        }),
      )
      .nullish(),
  }),
});
type Answer = z.infer<typeof AnswerSchema>;

/** Undefined for an error, which a server gives that has no such account. */
function answerOf(json: unknown): Answer | undefined {
  return AnswerSchema.safeParse(json).data;
}

function sessionsOf({ server, data }: Answer): LiveSession[] {
  return (data.connections ?? []).flatMap((connection) => {
    const clientId = connection.mqtt_client;
    if (clientId === "") return [];
    const proof = proofIn(connection.authorized_user, clientId);
    const startedAt = Date.parse(connection.start);
    const peer = `${connection.ip}:${connection.port}`;
    return [{ clientId, proof, serverId: server.id, connection: connection.cid, peer, startedAt }];
  });
}

/**
 * The sessions of devices as the servers of this region's cluster know them. They are asked each
 * time: nothing is kept here that could be out of date.
 */
export class LiveSessions {
  readonly #system: NatsConnection;
  readonly #pageSize: number;

  /**
   * @param system connected as user `session-closer`.
   * @param pageSize sessions in one answer, half a kilobyte each.
   */
  constructor(system: NatsConnection, pageSize = 1_024) {
    this.#system = system;
    this.#pageSize = pageSize;
  }

  /** Those of one device, each as soon as its server has answered. */
  async *of(clientId: string): AsyncGenerator<LiveSession> {
    for await (const answer of this.#ask({ mqtt_client: clientId })) yield* sessionsOf(answer);
  }

  /** All of them, in pages of one server. */
  async *all(): AsyncGenerator<readonly LiveSession[]> {
    const servers = new Map<string, number>();
    for await (const answer of this.#ask({ limit: this.#pageSize })) {
      servers.set(answer.server.id, answer.data.total);
      yield sessionsOf(answer);
    }
    for (const [serverId, total] of servers) yield* this.#further(serverId, total);
  }

  /** All of one server, in pages. */
  async *at(serverId: string): AsyncGenerator<readonly LiveSession[]> {
    const answer = await this.#page(serverId, { offset: 0 });
    if (!answer) return;
    yield sessionsOf(answer);
    yield* this.#further(serverId, answer.data.total);
  }

  /** Those of one device at one server. */
  async *ofAt(serverId: string, clientId: string): AsyncGenerator<readonly LiveSession[]> {
    const answer = await this.#page(serverId, { mqtt_client: clientId });
    if (answer) yield sessionsOf(answer);
  }

  /** A connection that is gone already is none to complain about: then false. */
  async close({ serverId, connection }: SessionPlace): Promise<boolean> {
    const question = JSON.stringify({ cid: connection });
    const options = { timeout: answerLimitMs };
    const reply = await this.#system.request(`servers.${serverId}.KICK`, question, options);
    return reply.json<{ error?: unknown }>().error === undefined;
  }

  async *#further(serverId: string, total: number): AsyncGenerator<readonly LiveSession[]> {
    const step = Math.ceil(this.#pageSize * (1 - pageOverlap));
    for (let offset = step, left = total; offset < left; offset += step) {
      const answer = await this.#page(serverId, { offset });
      if (!answer) return;
      left = answer.data.total;
      yield sessionsOf(answer);
    }
  }

  async #page(serverId: string, part: Record<string, unknown>): Promise<Answer | undefined> {
    const question = query({ limit: this.#pageSize, ...part });
    const options = { timeout: answerLimitMs };
    const reply = await this.#system.request(`servers.${serverId}.CONNZ`, question, options);
    return answerOf(reply.json());
  }

  async *#ask(options: Record<string, unknown>): AsyncGenerator<Answer> {
    const replies = await this.#system.requestMany("servers.PING.CONNZ", query(options), {
      strategy: "stall",
      stall: silenceMs,
      maxWait: answerLimitMs,
    });
    for await (const reply of replies) {
      const answer = answerOf(reply.json());
      if (answer) yield answer;
    }
  }
}

const query = (options: Record<string, unknown>) =>
  JSON.stringify({ ...options, acc: "DEVICES", auth: true, sort: "cid" });
