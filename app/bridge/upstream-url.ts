import { z } from "zod";

const defaultPort = 8883;

/** `mqtts://host:port` of the upstream broker. The user and the password come separately. */
export const upstreamUrl = z.string().transform((value, context) => {
  const url = URL.parse(value);
  const bare = url?.username === "" && url.password === "" && /^\/?$/.test(url.pathname);
  if (url?.protocol === "mqtts:" && url.hostname !== "" && bare && !url.search && !url.hash) {
    // Sockets take an IPv6 address without the brackets.
    return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || defaultPort) };
  }
  context.addIssue("must be mqtts://host:port, without user, password and path");
  return z.NEVER;
});
