import type { Confirmation } from "../contract/confirmation.ts";

function isConfirmation(value: unknown): value is Confirmation {
  if (typeof value !== "object" || value === null) return false;
  const { topic, id, sha256, refused } = value as Record<string, unknown>;
  const texts = [topic, id, sha256].every((each) => typeof each === "string");
  return texts && (refused === undefined || typeof refused === "string");
}

/** What came on the topic of confirmations; what is none is left out. */
export function parseConfirmations(payload: Uint8Array): readonly Confirmation[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    return Array.isArray(value) ? value.filter(isConfirmation) : [];
  } catch {
    return [];
  }
}
