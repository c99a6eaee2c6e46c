/**
 * What tests beside the code need of the local region: its parts, by one door. So `app/` and
 * `infra/` know nothing of `local/`, which knows both.
 */

export { parseMetrics, total } from "../../app/shared/process-metrics.ts";
export {
  type Authority,
  certificatePem,
  createAuthority,
  issueCertificate,
} from "../../local/authority.ts";
export { type Certificates, ensureCertificates } from "../../local/certificates.ts";
export { emulatorClient } from "../../local/device-table.ts";
export { deviceTable, dynamodbEnvironment } from "../../local/endpoints.ts";
export { type Link, layLink } from "../../local/link.ts";
export type { ManagedProcess } from "../../local/managed-process.ts";
export { findPorts } from "../../local/ports.ts";
export type { Region } from "../../local/region.ts";
export { ensureSecrets, type Secrets } from "../../local/secrets.ts";
