import { expect, it } from "vitest";
import { interfaceBody, nestedInterfaceBody, propertiesOf } from "./interfaces.ts";
import { openSdk } from "./sdk.ts";
import { shapeOf } from "./shape.ts";

const sdk = openSdk();

it("reads the types that generated declarations use", () => {
  expect(shapeOf("pulumi.Input<string | undefined>")).toEqual({ kind: "string" });
  expect(shapeOf('pulumi.Input<"apps/v1" | undefined>')).toEqual({
    kind: "literal",
    value: "apps/v1",
  });
  expect(shapeOf("pulumi.Input<pulumi.Input<inputs.lb.Mapping>[] | undefined>")).toEqual({
    kind: "list",
    of: { kind: "object", name: "lb.Mapping" },
  });
  expect(shapeOf("pulumi.Input<{ [key: string]: pulumi.Input<string>; } | undefined>")).toEqual({
    kind: "map",
    of: { kind: "string" },
  });
  expect(shapeOf("pulumi.Input<number | string>")).toEqual({
    kind: "union",
    of: [{ kind: "number" }, { kind: "string" }],
  });
  expect(shapeOf("pulumi.Input<string | Role>")).toMatchObject({ of: [{}, { kind: "any" }] });
});

it("says which type it cannot read", () => {
  expect(() => shapeOf("string => void")).toThrow('"string => void"');
});

it("reads the properties of an interface without its comments", () => {
  const text = `export interface VpcArgs {
    /**
     * Not: a property; of this.
     */
    cidr: pulumi.Input<string>;
    tags?: pulumi.Input<{
        [key: string]: pulumi.Input<string>;
    } | undefined>;
}`;
  const properties = propertiesOf(interfaceBody(text, "VpcArgs") ?? "");
  expect([...properties]).toEqual([
    ["cidr", { shape: { kind: "string" }, required: true }],
    ["tags", { shape: { kind: "map", of: { kind: "string" } }, required: false }],
  ]);
});

it("finds a nested type only in its own namespace", () => {
  const text = `export declare namespace apps {
    namespace v1 {
        interface Spec {
            a: string;
        }
    }
}`;
  expect(nestedInterfaceBody(text, "apps.v1.Spec")).toContain("a: string");
  expect(nestedInterfaceBody(text, "apps.v2.Spec")).toBeUndefined();
  expect(nestedInterfaceBody(text, "apps.v1.Other")).toBeUndefined();
});

it("learns inputs, outputs and secret outputs of a type from the installed SDK", () => {
  const key = sdk.resourceOf("tls:index/privateKey:PrivateKey");
  expect([...(key?.inputs.keys() ?? [])]).toEqual(["algorithm", "ecdsaCurve", "rsaBits"]);
  expect(key?.outputs).toContain("publicKeyPem");
  expect(key?.secretOutputs).toContain("privateKeyPem");
});

it("finds types whose files are named in other capitals or under a shortened group", () => {
  expect(sdk.resourceOf("kubernetes:rbac.authorization.k8s.io/v1:Role")).toBeDefined();
  expect(sdk.resourceOf("kubernetes:storage.k8s.io/v1:CSIDriver")).toBeDefined();
  expect(sdk.resourceOf("aws:kendra/index:Index")).toBeDefined();
});

it("knows no type that the SDK has not", () => {
  expect(sdk.resourceOf("aws:ec2/vpc:Vpn")).toBeUndefined();
  expect(sdk.resourceOf("aws:nothing/at:All")).toBeUndefined();
});

it("learns nested types", () => {
  expect(sdk.nestedOf("kubernetes", "apps.v1.StatefulSetSpec").has("serviceName")).toBe(true);
  expect(() => sdk.nestedOf("aws", "ec2.Nothing")).toThrow("no input type ec2.Nothing");
});
