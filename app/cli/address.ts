import { OperatorError } from "./operator-error.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Host and port of `scheme://host:port` or `host:port`. */
export function addressOf(url: string, defaultPort: number): Address {
  const text = url.includes("://") ? url : `tls://${url}`;
  if (!URL.canParse(text)) throw new OperatorError(`"${url}" is not an address`);
  const { hostname, port } = new URL(text);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? defaultPort : Number(port) };
}
