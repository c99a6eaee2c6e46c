import { randomUUID } from "node:crypto";
import { detectionFrame } from "../../shared/detection-frame.ts";
import type { Guess } from "./guesses.ts";

const titles: Readonly<Record<Guess["rule"], string>> = {
  "credential-stuffing": "One address tries the secrets of many devices",
  "distributed-guessing": "Many addresses try the secret of one device",
};

/** MITRE ATT&CK: credential stuffing, password guessing. */
const techniques: Readonly<Record<Guess["rule"], string>> = {
  "credential-stuffing": "T1110.004",
  "distributed-guessing": "T1110.001",
};

/** Ids or addresses that are named. */
const named = 10;

/**
 * Under which name findings are counted. An address is none of a device, and says who did it: findings of
 * it belong together, whichever ids it tries.
 */
export const subjectOfGuess = (guess: Guess): string =>
  guess.rule === "distributed-guessing"
    ? guess.clientId
    : `address-${guess.address.replace(/[^A-Za-z0-9]/g, "-")}`.slice(0, 64);

function whatHappened(guess: Guess): string {
  const [who, tried] =
    guess.rule === "credential-stuffing"
      ? [guess.address, guess.ids]
      : [guess.clientId, guess.addresses];
  const more = tried.length > named ? ` and ${tried.length - named} more` : "";
  const list = `${tried.slice(0, named).join(", ")}${more}`;
  return guess.rule === "credential-stuffing"
    ? `${who} tried ${list}`
    : `${who} tried from ${list}`;
}

/** OCSF 1.8 Detection Finding: logins were refused that were no mistake. @param nowMs since 1970. */
export function guessFinding(guess: Guess, nowMs: number) {
  const uid = randomUUID();
  const time = Math.round(nowMs);
  const title = titles[guess.rule];
  const excerpt = whatHappened(guess);
  return {
    ...detectionFrame({ uid, time, loggedTime: time, process: "auth" }),
    // Medium: every one of them was refused.
    severity_id: 3,
    is_alert: true,
    message: `${title}: ${excerpt}`,
    confidence_score: 70,
    // Denied, blocked.
    action_id: 2,
    disposition_id: 2,
    finding_info: {
      uid,
      title,
      created_time: time,
      analytic: { uid: guess.rule, name: title, type_id: 2 },
      related_analytics: [],
      attacks: [{ technique: { uid: techniques[guess.rule] } }],
    },
    resources:
      guess.rule === "distributed-guessing" ? [{ type: "Device", uid: guess.clientId }] : [],
    evidences: [{ data: { client_id: subjectOfGuess(guess), excerpt } }],
  } as const;
}
