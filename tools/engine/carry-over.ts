import {
  isObject,
  isSecret,
  type Properties,
  plain,
  secret,
  type Value,
} from "./property-values.ts";

/** What the cloud added to `inputs` when it made `outputs`, at any depth. Lists are taken whole. */
export function addedByCloud(inputs: Properties, outputs: Properties): Properties {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, output]) => {
      const input = inputs[name];
      if (input === undefined) return [[name, output]];
      if (!isObject(input) || !isObject(output) || isSecret(output)) return [];
      const added = addedByCloud(input, output);
      return Object.keys(added).length > 0 ? [[name, added]] : [];
    }),
  );
}

/** `inputs` with what the cloud added, where the inputs do not say otherwise. */
export function withAdded(inputs: Properties, added: Properties): Properties {
  const merged: Record<string, Value | undefined> = { ...added, ...inputs };
  for (const [name, value] of Object.entries(added)) {
    const input = inputs[name];
    if (isObject(input) && isObject(value) && !isSecret(input))
      merged[name] = withAdded(input, value);
  }
  return merged;
}

/**
 * Inputs as they are in the cloud now: only what was an input before, with the secret marks it had.
 * `live` is plain.
 */
export function inputsNow(before: Properties, live: Properties): Properties {
  return Object.fromEntries(
    Object.entries(before).map(([name, value]) => [
      name,
      name.startsWith("__") ? value : valueNow(value, live[name]),
    ]),
  );
}

function valueNow(before: Value | undefined, live: Value | undefined): Value | undefined {
  if (live === undefined) return null;
  if (isObject(before) && isSecret(before)) return same(before, live) ? before : secret(live);
  if (isObject(before) && isObject(live)) return inputsNow(before, live);
  return live;
}

/** Properties as they are in the cloud now, marked as secret where they were. */
export function outputsNow(before: Properties, live: Properties): Properties {
  return Object.fromEntries(
    Object.entries(live).map(([name, value]) => {
      const earlier = before[name];
      if (earlier === undefined || value === undefined || !holdsSecret(earlier))
        return [name, value];
      return [name, same(earlier, value) ? earlier : secret(value)];
    }),
  );
}

const same = (marked: Value, live: Value) =>
  JSON.stringify(plain({ value: marked })) === JSON.stringify(plain({ value: live }));

function holdsSecret(value: Value | undefined): boolean {
  if (Array.isArray(value)) return value.some(holdsSecret);
  if (!isObject(value)) return false;
  return isSecret(value) || Object.values(value).some(holdsSecret);
}
