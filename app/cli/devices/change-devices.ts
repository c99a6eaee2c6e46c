import { isItemName } from "../../registry/device-key.ts";
import type { DeviceRegistry } from "../../registry/device-registry.ts";
import type { ChangeResult, DeleteResult } from "../../registry/device-writes.ts";
import { registerDevice, renewSecret } from "../../registry/issued-secrets.ts";
import type { By, DeviceValues } from "../../registry/record-changes.ts";
import { DeviceConflict, UnreadableDevice } from "../../registry/registry-errors.ts";
import type { CommandContext } from "../command-context.ts";
import { confirm } from "../confirm.ts";
import { withChangingRegistry } from "../device-table-access.ts";
import { OperatorError } from "../operator-error.ts";
import { OutputClosed } from "../output.ts";
import { fromStdin, namedIds } from "./device-ids.ts";

type Outcome = (ChangeResult | DeleteResult)["outcome"];

/** One thing that can be done to devices. */
export interface DeviceVerb {
  /** What to ask on a terminal before it is done to so many; undefined when it can be undone. */
  readonly question: string | undefined;
  /** Which names it takes. Left out: client ids. */
  readonly accepts?: (name: string) => boolean;
  /** @returns what became of it, and a secret where one was made. */
  readonly apply: (
    registry: DeviceRegistry,
    clientId: string,
    by: By,
  ) => Promise<{ readonly outcome: Outcome; readonly secret?: string }>;
  /** What to say about it. */
  readonly told: Partial<Record<Outcome, string>>;
}

const unknown = "there is no such device";
const final = "it was revoked, which is final; delete it to register the id anew";

export const rotateVerb = (overlapMs: number): DeviceVerb => ({
  question: overlapMs > 0 ? undefined : "Make the secrets of these devices worthless at once?",
  apply: async (registry, clientId, by) => {
    const { result, ...issued } = await renewSecret(registry, { clientId, overlapMs }, by);
    return { outcome: result.outcome, ...issued };
  },
  told: { refused: final },
});

export const suspendVerb: DeviceVerb = {
  question: undefined,
  apply: (registry, clientId, by) => registry.suspend(clientId, by),
  told: { changed: "suspended", unchanged: "was suspended before", refused: final },
};

export const resumeVerb: DeviceVerb = {
  question: undefined,
  apply: (registry, clientId, by) => registry.resume(clientId, by),
  told: { changed: "active again", unchanged: "was active before", refused: final },
};

export const disconnectVerb: DeviceVerb = {
  question: undefined,
  apply: (registry, clientId, by) => registry.disconnect(clientId, by),
  told: { changed: "its sessions end in every region; it may connect again", refused: final },
};

export const revokeVerb = (force: boolean): DeviceVerb => ({
  question: "End the right of these devices to connect, for good?",
  accepts: isItemName,
  apply: (registry, clientId, by) => registry.revoke(clientId, by, { force }),
  told: {
    changed: "revoked; its sessions end in every region",
    unchanged: "was revoked before",
  },
});

export const deleteVerb = (force: boolean): DeviceVerb => ({
  question: "Delete the records of these devices?",
  accepts: isItemName,
  apply: (registry, clientId, by) => registry.delete(clientId, by, { force }),
  told: { deleted: "deleted", refused: "it is not revoked; revoke it first, or use --force" },
});

export const labelVerb = (labels: readonly string[]): DeviceVerb => ({
  question: undefined,
  apply: (registry, clientId, by) => registry.setLabels(clientId, labels, by),
  told: { changed: "labelled", unchanged: "had these labels before" },
});

export const pinVerb = (fingerprint: string): DeviceVerb => ({
  question: undefined,
  apply: (registry, clientId, by) => registry.pin(clientId, fingerprint, by),
  told: { changed: "pinned", unchanged: "was pinned to it before", refused: final },
});

export const unpinVerb: DeviceVerb = {
  question: undefined,
  apply: (registry, clientId, by) => registry.unpin(clientId, by),
  told: {
    changed: "any certificate issued for it is good",
    unchanged: "was pinned to none before",
    refused: final,
  },
};

/** What is chosen about new devices. */
export type NewDevice = Pick<DeviceValues, "labels" | "region" | "certificateFingerprint">;

export const addVerb = (device: NewDevice): DeviceVerb => ({
  question: undefined,
  apply: async (registry, clientId, by) => {
    const { secret } = await registerDevice(registry, { clientId, ...device }, by);
    return { outcome: "changed", secret };
  },
  told: {},
});

export interface ChangeArguments {
  /** Client ids, or `-` alone. */
  readonly ids: readonly string[];
  /** Nothing is asked. */
  readonly yes: boolean;
}

/** Does it to each device, one after the other. @returns 1 when it could not be done to all. */
export async function changeDevices(
  context: CommandContext,
  { ids, yes }: ChangeArguments,
  verb: DeviceVerb,
): Promise<number> {
  const { question } = verb;
  if (question !== undefined && !yes && !ids.includes(fromStdin)) {
    await confirm(context, `${ids.join(" ")}\n${question}`);
  }
  return withChangingRegistry(context.variables, async (registry, by) => {
    let failures = 0;
    for await (const { clientId, complaint } of namedIds(ids, context.stdin, verb.accepts)) {
      const wrong = complaint ?? (await complaintAbout(context, verb, { registry, clientId, by }));
      if (wrong === undefined) continue;
      failures++;
      context.messages.line(wrong);
    }
    return failures > 0 ? 1 : 0;
  });
}

/** Does it to one device and tells of it. @returns why it could not be done. */
async function complaintAbout(
  context: CommandContext,
  verb: DeviceVerb,
  { registry, clientId, by }: { registry: DeviceRegistry; clientId: string; by: () => By },
): Promise<string | undefined> {
  try {
    const { outcome, secret } = await verb.apply(registry, clientId, by());
    if (outcome === "unknown" || outcome === "refused") {
      return `${clientId}: ${verb.told[outcome] ?? unknown}`;
    }
    if (secret !== undefined) await showSecret(context, clientId, secret);
    else await tell(context, `${clientId}: ${verb.told[outcome]}`);
    return undefined;
  } catch (error) {
    if (error instanceof DeviceConflict || error instanceof UnreadableDevice) return error.message;
    throw error;
  }
}

/** Changes go on when nobody listens any more. */
async function tell(context: CommandContext, text: string) {
  await context.output.line(text).catch((error) => {
    if (!(error instanceof OutputClosed)) throw error;
  });
}

/** Shown this once, and stored nowhere. */
async function showSecret(context: CommandContext, clientId: string, secret: string) {
  try {
    await context.output.line(`${clientId},${secret}`);
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
    throw new OperatorError(
      `nobody read the new secret of ${clientId}; give it another by sentinel devices rotate`,
    );
  }
}
