// npm's oidc-provider: a signed access token (RFC 9068) for client credentials, on a socket that is inherited.
// `node oidc_provider.mjs KEYS ALGORITHM DESCRIPTOR`: KEYS is a file with a JWK Set of private keys.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Provider } from 'oidc-provider'

const [keys, alg, descriptor] = process.argv.slice(2)
const resource = 'https://sts.amazonaws.com'
const provider = new Provider('https://issuer.example', {
  jwks: JSON.parse(readFileSync(keys, 'utf8')),
  clients: [
    {
      client_id: 'job',
      client_secret: 'a-secret-of-a-benchmark-alone',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: alg,
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      getResourceServerInfo: () => ({
        scope: '',
        audience: 'sts.amazonaws.com',
        accessTokenTTL: 300,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg } },
      }),
    },
  },
})
createServer(provider.callback()).listen({ fd: Number(descriptor) })
