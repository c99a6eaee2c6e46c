import { calloutToken, mqttClaims } from "../app/auth/callout/callout.fixture.ts";
import { authTimeoutMs } from "../app/contract/limits.ts";
import type { NatsConnection } from "../app/shared/nats.ts";
import {
  LatencyHistogram,
  type LatencySummary,
  summarise,
} from "../local/load/latency-histogram.ts";

export interface Login {
  readonly clientId: string;
  readonly password: string;
  readonly address: string;
}

export interface Crowd {
  /** Logins a second. */
  readonly rate: number;
  /** The n-th login. */
  readonly login: (n: number) => Login;
}

export interface CrowdResult {
  readonly asked: number;
  readonly admitted: number;
  readonly refused: number;
  /** Told to come again. */
  readonly unavailable: number;
  /** Not answered within the server's time. */
  readonly unanswered: number;
  readonly latency: LatencySummary;
}

interface Asked {
  readonly at: number;
  readonly crowd: number;
}

class Tally {
  readonly #latency = new LatencyHistogram();
  readonly #outcomes = { admitted: 0, refused: 0, unavailable: 0 };
  asked = 0;

  answered(reply: Uint8Array, ms: number): void {
    const [, claims = ""] = Buffer.from(reply).toString("latin1").split(".");
    const said = Buffer.from(claims, "base64url").toString("latin1");
    // An answer that comes after the server has given up is none.
    if (ms > authTimeoutMs) return;
    this.#latency.record(ms);
    if (said.includes('"jwt":"')) this.#outcomes.admitted++;
    else if (said.includes('"error":"refused"')) this.#outcomes.refused++;
    else this.#outcomes.unavailable++;
  }

  get result(): CrowdResult {
    const { admitted, refused, unavailable } = this.#outcomes;
    const unanswered = this.asked - admitted - refused - unavailable;
    const latency = summarise(this.#latency);
    return { asked: this.asked, admitted, refused, unavailable, unanswered, latency };
  }
}

const tickMs = 2;

function requestOf({ clientId, password, address }: Login, exp: number): Uint8Array {
  const claims = mqttClaims(clientId, clientId, password);
  const client_info = { ...claims.nats.client_info, host: address };
  return calloutToken({ ...claims, exp, nats: { ...claims.nats, client_info } });
}

/** Made before the clock runs: they share the processors with what is measured. */
function requestsOf({ rate, login }: Crowd, seconds: number): readonly Uint8Array[] {
  const untilMs = Date.now() + seconds * 1000 + authTimeoutMs;
  const exp = Math.ceil(untilMs / 1000);
  return Array.from({ length: Math.floor(rate * seconds) }, (_, n) => requestOf(login(n), exp));
}

/**
 * Asks at a steady rate whatever the answers, as devices do that know nothing of each other, and
 * waits for the last answers.
 */
export async function ask<Name extends string>(
  connection: NatsConnection,
  crowds: Readonly<Record<Name, Crowd>>,
  seconds: number,
): Promise<Record<Name, CrowdResult>> {
  const all = Object.entries<Crowd>(crowds);
  const tallies = all.map(() => new Tally());
  const requests = all.map(([, crowd]) => requestsOf(crowd, seconds));
  const open = new Map<string, Asked>();
  const inbox = `_INBOX_bench.${Math.random().toString(36).slice(2)}`;
  const answers = connection.subscribe(`${inbox}.*`, {
    callback: (_, message) => {
      const asked = open.get(message.subject);
      open.delete(message.subject);
      if (asked) tallies[asked.crowd]?.answered(message.data, performance.now() - asked.at);
    },
  });
  const from = performance.now();
  const askDue = (elapsedMs: number) => {
    for (const [crowd, [, { rate }]] of all.entries()) {
      const tally = tallies[crowd] as Tally;
      for (const due = Math.floor((rate * elapsedMs) / 1000); tally.asked < due; tally.asked++) {
        const reply = `${inbox}.${crowd}-${tally.asked}`;
        const data = requests[crowd]?.[tally.asked];
        open.set(reply, { at: performance.now(), crowd });
        connection.publish("$SYS.REQ.USER.AUTH", data, { reply });
      }
    }
  };
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsedMs = Math.min(performance.now() - from, seconds * 1000);
      askDue(elapsedMs);
      if (elapsedMs < seconds * 1000) return;
      clearInterval(timer);
      resolve();
    }, tickMs);
  });
  const deadline = performance.now() + authTimeoutMs + 500;
  while (open.size > 0 && performance.now() < deadline) await new Promise((r) => setTimeout(r, 20));
  answers.unsubscribe();
  const results = all.map(([name], i) => [name, tallies[i]?.result]);
  return Object.fromEntries(results) as Record<Name, CrowdResult>;
}
