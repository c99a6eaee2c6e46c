/** Where things are in a server's pod. */
export const folders = { config: "/etc/nats", run: "/var/run/nats", tls: "/tls", trust: "/trust" };
