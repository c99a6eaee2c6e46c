import { isWithin } from "../../difference.ts";
import type { CloudPackage, Created, Creation } from "../cloud-package.ts";
import { makeLocallySigned, makeRequest, makeSelfSigned } from "./certificates.ts";
import { makePrivateKey } from "./private-key.ts";

const makers: Readonly<Record<string, (creation: Creation) => Created | Promise<Created>>> = {
  "tls:index/privateKey:PrivateKey": ({ inputs }) => makePrivateKey(inputs),
  "tls:index/selfSignedCert:SelfSignedCert": ({ inputs }) => makeSelfSigned(inputs),
  "tls:index/certRequest:CertRequest": ({ inputs, hex }) => makeRequest(inputs, hex(40)),
  "tls:index/locallySignedCert:LocallySignedCert": ({ inputs }) => makeLocallySigned(inputs),
};
/** May change without a new key or certificate. */
const inPlace = ["earlyRenewalHours"];

/** Real keys and certificates, made here and now. Renewal of expiring ones is not acted out. */
export const tls: CloudPackage = {
  complete: ({ inputs }) => inputs,
  problems: (type) =>
    type in makers ? [] : [{ property: "", reason: `the stand-in does not know ${type}` }],
  replacing: ({ changes }) =>
    changes.map(({ path }) => path).filter((path) => !inPlace.some((each) => isWithin(path, each))),
  deletesFirst: () => false,
  predicted: () => ({}),
  foreseen: () => ({}),
  create(creation) {
    const make = makers[creation.urn.type];
    if (!make) throw new Error(`the stand-in does not know ${creation.urn.type}`);
    return make(creation);
  },
  filledIn: () => [],
  refusal: () => undefined,
  changeRefusal: () => undefined,
  keepingReason: () => undefined,
  uniqueName: () => undefined,
};
