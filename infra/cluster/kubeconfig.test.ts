import { expect, it } from "vitest";
import { kubeconfig } from "./kubeconfig.ts";

const cluster = {
  clusterName: "mqtt-sentinel-us-east",
  endpoint: "https://cluster.example.com",
  certificateAuthority: "Q0E=",
  awsRegion: "us-east-1",
};
const config = JSON.parse(kubeconfig(cluster));

it("points at the cluster and trusts its CA alone", () => {
  expect(config.clusters).toEqual([
    {
      name: "mqtt-sentinel-us-east",
      cluster: {
        server: "https://cluster.example.com",
        "certificate-authority-data": "Q0E=",
      },
    },
  ]);
  expect(config["current-context"]).toBe("mqtt-sentinel-us-east");
});

it("signs in with the caller's role and holds no credential", () => {
  const [{ user }] = config.users;
  expect(Object.keys(user)).toEqual(["exec"]);
  expect([user.exec.command, ...user.exec.args].join(" ")).toBe(
    "aws eks get-token --cluster-name mqtt-sentinel-us-east --region us-east-1",
  );
});

it("signs in with the profile that the provider of AWS is told, too", () => {
  const [{ user }] = JSON.parse(kubeconfig({ ...cluster, profile: "production" })).users;
  expect(user.exec.args.slice(-2)).toEqual(["--profile", "production"]);
});
