import { readFileSync } from "node:fs";
import type { KeyDecision } from "../../audit/publisher-key-journal.ts";
import { ed25519KeyOf, isPublicPem } from "../../contract/audit-keys.ts";
import {
  type PublisherKey,
  publicKeyText,
  publisherKeyLimit,
} from "../../contract/publisher-key.ts";
import { buriedKeyLimit } from "../../registry/buried-key.ts";
import type { DeviceRegistry } from "../../registry/device-registry.ts";
import { type KeyRefusal, keyIdOf } from "../../registry/publisher-key-change.ts";
import { PublisherKeysDamaged } from "../../registry/publisher-keys.ts";
import { withJournals } from "../audit/journal-access.ts";
import type { CommandContext } from "../command-context.ts";
import { withRegistry } from "../device-table-access.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import { operatorName, settingsFrom, tableShape, type Variables } from "../operator-settings.ts";

const refusals: Record<KeyRefusal, string> = {
  exists: "a key has that id already, or had it: choose another one",
  "known-key": "this very key is there already under another id, or was: make a new pair",
  full: `there are ${publisherKeyLimit} keys already that have not ended: retire or revoke some`,
  exhausted: `${buriedKeyLimit} keys have ended long ago, and none of them may be forgotten: no more can be added`,
  unknown: "no key has that id",
  ended: "it ended long ago: nothing counts that it signs, and it cannot come back",
  revoked: "it is revoked already",
  "no-such-end": "a key can end sooner than it would, and not before it begins",
  busy: "the keys are being changed by others all the time; try it again",
};

const date = (ms: number) => new Date(ms).toISOString();

function stateOf({ notBefore, notAfter, revokedAt }: PublisherKey, nowMs: number): string {
  if (revokedAt !== undefined) return `revoked ${date(revokedAt)}`;
  if (notAfter !== undefined && notAfter <= nowMs) return `ended ${date(notAfter)}`;
  const end = notAfter === undefined ? "" : ` until ${date(notAfter)}`;
  return notBefore > nowMs ? `from ${date(notBefore)}${end}` : `in force${end}`;
}

const lineOf = (key: PublisherKey, nowMs: number) =>
  `${key.keyId}  ${key.publisher}  ${stateOf(key, nowMs)}`;

async function withKeys<T>(
  variables: Variables,
  task: (keys: DeviceRegistry["publisherKeys"]) => Promise<T>,
): Promise<T> {
  return withRegistry(variables, async ({ publisherKeys }) => {
    try {
      return await task(publisherKeys);
    } catch (error) {
      if (error instanceof PublisherKeysDamaged) throw new OperatorError(error.message);
      throw error;
    }
  });
}

export const listKeys = (
  { variables, output }: CommandContext,
  { json }: { json: boolean },
): Promise<number> =>
  withKeys(variables, async (keys) => {
    for (const key of await keys.read()) {
      if (json) await output.json(JSON.stringify(key));
      else await output.line(lineOf(key, Date.now()));
    }
    return 0;
  });

/** @throws OperatorError */
function publicKeyIn(path: string): string {
  let pem: string;
  try {
    pem = readFileSync(path, "utf8");
  } catch (error) {
    throw new OperatorError(`cannot read ${path}: ${sentenceOf(error)}`);
  }
  const key = isPublicPem(pem.trimStart()) ? ed25519KeyOf(pem) : undefined;
  if (!key) {
    throw new OperatorError(`${path} must be an Ed25519 public key in PEM form (BEGIN PUBLIC KEY)`);
  }
  return publicKeyText(key);
}

export interface AddOptions {
  readonly id: string;
  readonly publisher: string;
  readonly publicKey: string;
  readonly inMs: number;
  readonly forMs?: number | undefined;
}

export function addKey(context: CommandContext, options: AddOptions): Promise<number> {
  const { id: keyId, publisher, inMs, forMs } = options;
  const notBefore = Date.now() + inMs;
  const key = {
    ...{ keyId, publisher, publicKey: publicKeyIn(options.publicKey), notBefore },
    ...(forMs !== undefined && { notAfter: notBefore + forMs }),
  };
  return decide(context, { change: { kind: "add", key } });
}

export type EndOptions = { readonly keyId: string; readonly reason: string } & (
  | { readonly kind: "retire"; readonly inMs: number }
  | { readonly kind: "revoke" }
);

export function endKey(context: CommandContext, options: EndOptions): Promise<number> {
  const { keyId, reason } = options;
  const change =
    options.kind === "revoke"
      ? ({ kind: "revoke", keyId } as const)
      : ({ kind: "retire", keyId, notAfter: Date.now() + options.inMs } as const);
  return decide(context, { change, reason });
}

/** On record before it is made. @returns 1 unless it was. */
function decide(
  { variables, output, messages }: CommandContext,
  decision: Omit<KeyDecision, "actor">,
): Promise<number> {
  settingsFrom(tableShape, variables);
  const actor = operatorName(variables);
  return withJournals(variables, ({ publisherKeys: journal }) =>
    withKeys(variables, async (keys) => {
      const { change } = decision;
      const make = () => keys.change(change, Date.now());
      const result = await journal({ ...decision, actor }, make);
      if (result.refused === undefined) {
        await output.line(lineOf(result.key, Date.now()));
        return 0;
      }
      messages.line(`${keyIdOf(change)}: ${refusals[result.refused]}`);
      return 1;
    }),
  );
}
