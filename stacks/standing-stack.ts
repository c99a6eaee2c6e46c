import * as pulumi from "@pulumi/pulumi";

/** A resource of the stack as the engine's state has it. */
export interface StandingResource {
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: outputs of every kind, whole or not.
  readonly outputs: any;
}

/** By URN. */
export type StandingStack = Readonly<Record<string, StandingResource>>;

/**
 * What this stack has made so far; nothing for one that is new.
 *
 * The engine's state is asked, and not the cluster, which a first preview cannot reach.
 */
export async function standingStack(): Promise<StandingStack> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  });
  return outputs;
}
