import type { Properties, ResourceRule } from "./rule.ts";
import { mosquittoViolations, natsViolations } from "./server-configuration.ts";

/** Whatever ends a TLS connection in a pod says so in a configuration. */
export const tls13Configurations: ResourceRule = {
  name: "configurations-tls-1.3",
  description:
    "Configurations of nats-server and Mosquitto have TLS, at least 1.3, on every listener.",
  violationsOf(type, properties) {
    if (type !== "kubernetes:core/v1:ConfigMap") return [];
    const texts: [file: string, text: string][] = Object.entries(properties["data"] ?? {});
    return texts.flatMap(([file, text]) =>
      [...natsViolations(text), ...mosquittoViolations(text)].map(
        (violation) => `${file}: ${violation}`,
      ),
    );
  },
};

/** Ports behind which a pod ends TLS itself. */
const passthroughPorts = [7422, 8883, 8884];
const modernPolicy = /^ELBSecurityPolicy-TLS13-1-3-/;

export const tls13Listeners: ResourceRule = {
  name: "listeners-tls-1.3",
  description: "Load balancers pass TCP through to a server's own TLS, or end TLS 1.3 themselves.",
  violationsOf(type, properties) {
    if (type !== "aws:lb/listener:Listener") return [];
    const { protocol, port, sslPolicy }: Properties = properties;
    if (protocol === "TCP" && passthroughPorts.includes(port)) return [];
    if (protocol === "TCP") {
      return [`port ${port} is passed through, and only ${passthroughPorts.join(", ")} end in TLS`];
    }
    if (protocol !== "TLS" && protocol !== "HTTPS") {
      return [`the listener speaks ${protocol}; pass TCP through or end TLS`];
    }
    return modernPolicy.test(sslPolicy ?? "")
      ? []
      : [`the listener takes ${sslPolicy ?? "AWS's oldest policy"}; use one of TLS13-1-3`];
  },
};
