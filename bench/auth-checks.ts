import type { CrowdResult } from "./auth-callers.ts";
import type { MosquittoLogins } from "./auth-mosquitto.ts";
import type { Scenario } from "./auth-scenarios.ts";

/** Something that holds on any machine, however slow it is. */
export interface Check {
  readonly what: string;
  readonly holds: boolean;
}

export interface Outcome {
  readonly cold: Scenario;
  readonly steps: readonly Scenario[];
  /** With DynamoDB slow, silent and gone, and with a flood of made-up ids. */
  readonly trouble: readonly Scenario[];
  readonly mosquitto: MosquittoLogins;
}

const names: Readonly<Record<string, string>> = {
  slow: "known devices are admitted while DynamoDB takes 50 ms",
  silent: "known devices are admitted while DynamoDB does not answer",
  gone: "known devices are admitted while DynamoDB is gone",
};

const crowdOf = ({ crowds }: Scenario, name: string): CrowdResult | undefined => crowds[name];
const noneRefused = (scenario: Scenario) => crowdOf(scenario, "known")?.refused === 0;

/** What the run has to show. A rate is none of it: that depends on the machine. */
export function checksOf({ cold, steps, trouble, mosquitto }: Outcome): readonly Check[] {
  const all = [cold, ...steps, ...trouble];
  const strangers = all.flatMap((scenario) => crowdOf(scenario, "strangers") ?? []);
  const withoutTable = trouble.flatMap((scenario) => {
    const what = names[scenario.name];
    if (what === undefined) return [];
    const known = crowdOf(scenario, "known");
    return [{ what, holds: known !== undefined && known.admitted === known.asked }];
  });
  return [
    ...withoutTable,
    {
      what: "nobody waits longer than nats-server does",
      holds: trouble.every(({ crowds }) =>
        Object.values(crowds).every(({ unanswered }) => unanswered === 0),
      ),
    },
    { what: "no device is ever refused for its credentials", holds: all.every(noneRefused) },
    {
      what: "no stranger is ever admitted",
      holds: strangers.length > 0 && strangers.every(({ admitted }) => admitted === 0),
    },
    { what: "Mosquitto lets all its users in", holds: mosquitto.refused === 0 },
  ];
}
