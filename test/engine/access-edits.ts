import { regionNames } from "../../app/contract/regions.ts";
import { certificatePem, createAuthority } from "../../local/authority.ts";
import { everywhere, home, type SettingEdit } from "./setting-edit.ts";

/** Of no region. */
const formerAuditKey =
  "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA/TfbGdG+uID2rWm1clfVUe75ROLnicq076c3KiEJg3k=\n-----END PUBLIC KEY-----\n";

const deviceCa = certificatePem((await createAuthority("Device CA")).certificate);
/** The edges, which then ask for certificates. */
const askingEdges = ["update ConfigMap nats-edge-config"];

/** Who may get in: devices, operators, previews, users of the API. */
export const accessEdits: readonly SettingEdit[] = [
  { setting: "deviceCa", edits: everywhere("deviceCa", deviceCa), steps: askingEdges },
  {
    setting: "deviceAuth",
    edits: Object.fromEntries(
      regionNames.map((stack) => [
        stack,
        { "sentinel:deviceAuth": "certificate", "sentinel:deviceCa": deviceCa },
      ]),
    ),
    steps: [...askingEdges, "update Deployment auth-replicas"].sort(),
  },
  {
    setting: "operatorRoleArns",
    edits: home("operatorRoleArns", ["arn:aws:iam::123456789012:role/operators"]),
    steps: [
      "create AccessEntry cluster-operator-0",
      "create AccessPolicyAssociation cluster-operator-0",
    ],
  },
  {
    setting: "previewRoleArns",
    edits: home("previewRoleArns", ["arn:aws:iam::123456789012:role/preview"]),
    steps: [
      "create AccessEntry cluster-viewer-0",
      "create AccessPolicyAssociation cluster-viewer-0",
    ],
  },
  {
    setting: "privateEndpointCidrs",
    edits: home("privateEndpointCidrs", ["10.50.0.0/24"]),
    steps: ["create SecurityGroupIngressRule cluster-admits-0"],
  },
  {
    setting: "publicEndpointCidrs",
    edits: home("publicEndpointCidrs", ["203.0.113.0/24"]),
    steps: ["update Cluster cluster-cluster"],
  },
  {
    setting: "apiTokens",
    edits: home("apiTokens", [{ name: "night-shift", role: "operator", sha256: "0".repeat(64) }]),
    steps: ["update Secret secrets-console"],
  },
  {
    setting: "oidc",
    edits: home("oidc", {
      ...{ name: "Example SSO", issuer: "https://id.example.com", clientId: "sentinel" },
      ...{ clientSecretName: "console-oidc", roleClaim: "groups" },
      roles: { viewer: ["analysts"], admin: ["soc-leads"] },
    }),
    steps: ["update Deployment console-replicas"],
  },
  {
    setting: "formerAuditKeys",
    edits: home("formerAuditKeys", [{ signer: "auth", publicKey: formerAuditKey }]),
    steps: [
      "archive",
      "auth",
      "console",
      "inspector",
      "mender",
      "operator",
      "report-inspector",
    ].map((owner) => `update Secret secrets-${owner}`),
  },
];
