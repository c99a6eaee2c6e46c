import * as pulumi from "@pulumi/pulumi";

/**
 * Resolves when every resource made so far has reached the fake engine, also those that no output
 * depends on. A registration that fails rejects it.
 */
export const allRegistered = (): Promise<void> => pulumi.runtime.disconnect();
