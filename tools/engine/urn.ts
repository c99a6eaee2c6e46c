/** Parts of `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
export interface Urn {
  readonly stack: string;
  readonly type: string;
  readonly name: string;
}

export function parseUrn(urn: string): Urn {
  const [head = "", , types = "", ...name] = urn.split("::");
  return {
    stack: head.slice(head.lastIndexOf(":") + 1),
    type: types.slice(types.lastIndexOf("$") + 1),
    name: name.join("::"),
  };
}
