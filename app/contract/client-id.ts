/** The one form a client id may have: it becomes a topic level, a subject token and a table key. */
export const clientIdPattern = /^[A-Za-z0-9_-]{1,64}$/;
export const clientIdRule = "1 to 64 of A-Z, a-z, 0-9, _ and -";

/** True when the value may stand in a topic and a subject as it is. Everything else is refused, never escaped. */
export function isClientId(value: string): boolean {
  return clientIdPattern.test(value);
}
