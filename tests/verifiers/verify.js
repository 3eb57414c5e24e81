// What libraries of npm say of a badge: `node verify.js ORIGIN TOKEN` prints one line of JSON.
import * as bazaar from "@digitalbazaar/vc-bitstring-status-list";
import * as digital from "@digitalcredentials/vc-bitstring-status-list";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";

const [origin, token] = process.argv.slice(2);
const document = await (await fetch(`${origin}/.well-known/did.json`)).json();
const keys = createLocalJWKSet({
  keys: document.verificationMethod.map((one) => ({ ...one.publicKeyJwk, kid: one.id })),
});
const options = { issuer: document.id, algorithms: ["ES256"] };

async function said(act) {
  try {
    return (await act()) ?? "yes";
  } catch (error) {
    return `no: ${error.message.split("\n")[0].slice(0, 90)}`;
  }
}

// The bits of this badge, read from lists whose own signature holds.
async function bits({ decodeList }) {
  const found = [];
  for (const entry of [decodeJwt(token).credentialStatus].flat()) {
    const signed = await (await fetch(entry.statusListCredential)).text();
    const { payload } = await jwtVerify(signed, keys, { ...options, typ: "vc+jwt" });
    const list = await decodeList({ encodedList: payload.credentialSubject.encodedList });
    if (list.length < 131072) throw new Error(`a list of ${list.length}`);
    if (list.getStatus(Number(entry.statusListIndex))) found.push(payload.credentialSubject.statusPurpose);
  }
  return found.join(" ") || "good";
}

console.log(
  JSON.stringify({
    jose: await said(async () => void (await jwtVerify(token, keys, { ...options, typ: "JWT" }))),
    "@digitalbazaar/vc-bitstring-status-list": await said(() => bits(bazaar)),
    "@digitalcredentials/vc-bitstring-status-list": await said(() => bits(digital)),
  }),
);
