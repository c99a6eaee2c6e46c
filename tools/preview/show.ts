/**
 * A diff as the engine prints it, without the lines that name providers and URNs: the first are the
 * same throughout a stack, the second repeat type and name.
 */
export function readable(output: string): string {
  return output
    .split("\n")
    .filter((line) => !/^\S*\s*\S*\[provider=/.test(line))
    .map((line) => line.replace(/\[urn=.*::([^:]+)\]/, "$1"))
    .join("\n")
    .trim();
}
