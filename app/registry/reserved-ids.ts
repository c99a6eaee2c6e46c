import { canaryClient } from "../contract/canary.ts";

/** Whether no device may be registered under it: what it sent would pass for ours. */
export const isReserved = (clientId: string): boolean => clientId === canaryClient;
export const reservedRule = `must not be ${canaryClient}, under which the gates send the synthetic attack`;
