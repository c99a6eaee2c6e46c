/** Cookies of one browser at the provider. */
export type Jar = Map<string, string>;

function keep(jar: Jar, response: Response): void {
  for (const cookie of response.headers.getSetCookie()) {
    const [pair = ""] = cookie.split(";");
    const [name = "", ...value] = pair.split("=");
    jar.set(name, value.join("="));
  }
}

const hops = 10;

/**
 * Signs in at the provider as a browser that was sent there would, if its person were this account.
 *
 * @returns the address by which it comes back.
 */
export async function signInAtProvider(
  address: string,
  account: string,
  jar: Jar = new Map(),
): Promise<URL> {
  const first = new URL(address);
  let next = new URL(address);
  next.searchParams.set("login_hint", account);
  for (let hop = 0; hop < hops; hop++) {
    if (next.origin !== first.origin) return next;
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(next, { redirect: "manual", headers: { cookie } });
    keep(jar, response);
    const location = response.headers.get("location");
    if (location === null) {
      throw new Error(`the provider answers ${response.status}: ${await response.text()}`);
    }
    next = new URL(location, next);
  }
  throw new Error("the provider leads in a circle");
}
