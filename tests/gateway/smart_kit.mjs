// fhir-kit-client, unmodified: discovery, code for token, read and search within scope, refused outside it.
import { createHash, randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Client } from 'fhir-kit-client'

const [base, clientId, redirect] = process.argv.slice(2)
const client = new Client({ baseUrl: base })
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (name, value) => console.log(JSON.stringify({ name, value }))
const status = async (ask) => {
  try {
    await ask()
    return 200
  } catch (error) {
    return error.response?.status ?? String(error)
  }
}

const { authorizeUrl, tokenUrl } = await client.smartAuthMetadata()
const verifier = randomBytes(48).toString('base64url')
const asked = new URL(authorizeUrl)
asked.search = new URLSearchParams({
  response_type: 'code', client_id: clientId, redirect_uri: redirect, state: randomBytes(12).toString('hex'),
  scope: 'launch/patient patient/Observation.rs', aud: base, code_challenge_method: 'S256',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
})
say('authorize', String(asked))
const { code, patient, record, foreign } = JSON.parse((await lines.next()).value)
const form = new URLSearchParams({
  grant_type: 'authorization_code', code, redirect_uri: redirect, client_id: clientId, code_verifier: verifier,
})
const token = await (await fetch(tokenUrl, { method: 'POST', body: form })).json()
client.bearerToken = token.access_token
say('scope', token.scope)
say('patient', token.patient)
say('read', (await client.read({ resourceType: 'Observation', id: record })).resourceType)
say('search', (await client.search({ resourceType: 'Observation', searchParams: { patient } })).total)
say('type', await status(() => client.search({ resourceType: 'Condition', searchParams: { patient } })))
say('foreign', await status(() => client.read({ resourceType: 'Observation', id: foreign })))
say('write', await status(() => client.create({
  resourceType: 'Observation',
  body: { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: `Patient/${patient}` } },
})))
process.exit(0)
