import type { Properties, StackResource } from "./rule.ts";

interface Planned {
  readonly type: string;
  readonly name: string;
  readonly properties?: Properties;
  /** Names of the resources that went into a property. */
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
}

/** Resources as a stack rule sees them; the URN of each is `urn:<name>`. */
export function stackOf(planned: readonly Planned[]): StackResource[] {
  return planned.map(({ type, name, properties = {}, dependencies = {} }) => ({
    type,
    name,
    urn: `urn:${name}`,
    properties,
    dependenciesOf: (property) => (dependencies[property] ?? []).map((each) => `urn:${each}`),
  }));
}
