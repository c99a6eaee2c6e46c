export const httpsAddressRule = "must be an https:// address without user and password";

/** Whether it can be called by TLS, as it is: addresses stand in logs, so they hold no credentials. */
export function isHttpsAddress(value: string): boolean {
  if (/\s/.test(value) || !URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocol === "https:" && username === "" && password === "";
}
