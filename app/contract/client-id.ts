/** The one form a client id may have: it becomes a topic level, a subject token and a table key. */
const CLIENT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** True when the value may stand in a topic and a subject as it is. Everything else is refused, never escaped. */
export function isClientId(value: string): boolean {
  return CLIENT_ID.test(value);
}
