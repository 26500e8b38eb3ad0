// What `jose` and `openid-client` make of ID tokens, by the issuer's URL alone.
//
// Reads {"issuer", "audience", "tokens": {name: token}} and writes {verifier: {name: null or why it was refused}}.
import { createRemoteJWKSet, jwtVerify } from "jose";
import * as client from "openid-client";

const asked = JSON.parse(await new Response(process.stdin).text());

async function each(verify) {
  const verdicts = {};
  for (const [name, token] of Object.entries(asked.tokens)) {
    try {
      await verify(token);
      verdicts[name] = null;
    } catch (refusal) {
      // openid-client wraps: what its lower layer said is the cause.
      const reasons = [refusal, refusal.cause].filter((reason) => reason instanceof Error);
      verdicts[name] = reasons.map((reason) => `${reason.name}: ${reason.message}`).join("; ");
    }
  }
  return verdicts;
}

// openid-client finds the issuer's metadata, and compares the issuer's name with the URL that it was asked for.
const issuer = new URL(asked.issuer);
const discovered = (await client.discovery(issuer, asked.audience)).serverMetadata();

const keys = createRemoteJWKSet(new URL(discovered.jwks_uri));
const jose = await each((token) =>
  jwtVerify(token, keys, {
    issuer: asked.issuer,
    audience: asked.audience,
    algorithms: discovered.id_token_signing_alg_values_supported,
    requiredClaims: ["exp", "iat", "sub"],
  }),
);

// openid-client verifies ID tokens as a token endpoint's answer, its audience being the client's ID. This issuer has no
// such endpoint: a stand-in hands each token over, everything else is fetched. The signature counts when asked for.
const endpoint = "https://token-endpoint.invalid/";
const relyingParty = new client.Configuration({ ...discovered, token_endpoint: endpoint }, asked.audience);
client.enableNonRepudiationChecks(relyingParty);
let handedOver;
relyingParty[client.customFetch] = (url, options) =>
  url === endpoint
    ? Response.json({ access_token: "unused", token_type: "bearer", id_token: handedOver })
    : fetch(url, options);
const openid = await each(async (token) => {
  handedOver = token;
  const granted = await client.genericGrantRequest(relyingParty, "urn:example:id-token", {});
  if (granted.claims() === undefined) throw new Error("no claims");
});

let withOtherSlash = null;
try {
  const other = asked.issuer.endsWith("/") ? asked.issuer.slice(0, -1) : `${asked.issuer}/`;
  await client.discovery(new URL(other), asked.audience);
} catch (refusal) {
  withOtherSlash = `${refusal.name}: ${refusal.message}`;
}

console.log(JSON.stringify({ jose, "openid-client": openid, discovery: { "the other slash": withOtherSlash } }));
