/** Inputs of a resource. They come from the engine, of every type that there is. */
export interface Properties {
  // biome-ignore lint/suspicious/noExplicitAny: each rule knows the form of the types that it looks at.
  readonly [name: string]: any;
}

/** A policy about one resource at a time. Pure: the pack in `pack.ts` is only a list of these. */
export interface ResourceRule {
  readonly name: string;
  readonly description: string;
  /** What is wrong, one sentence each: which part, what it is, what it has to be. */
  violationsOf(type: string, properties: Properties): string[];
}

/** A resource as a policy about the whole stack sees it. */
export interface StackResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly properties: Properties;
  /** URNs of the resources whose outputs went into a property. */
  dependenciesOf(property: string): readonly string[];
}

/** A policy about how resources of a stack go together. */
export interface StackRule {
  readonly name: string;
  readonly description: string;
  violationsOfStack(resources: readonly StackResource[]): StackViolation[];
}

export interface StackViolation {
  readonly urn: string;
  readonly message: string;
}

/**
 * Whether a property has a value, also one that is known only after the update: to read such a
 * value is an error in a preview, to see that it is there is not.
 */
export function isSet(properties: Properties | undefined, name: string): boolean {
  const own = properties && Object.getOwnPropertyDescriptor(properties, name);
  return own?.value !== undefined && own.value !== null && own.value !== "";
}

export const listOf = <T>(value: T | readonly T[] | undefined): readonly T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as T];
