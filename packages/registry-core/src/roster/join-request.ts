/**
 * The request of a newcomer to be admitted: a JSON file a person carries to the root holders.
 * It shows possession of the writer key by a signature over the federation, the key and the
 * transport identities. It holds nothing personal.
 */
import {
  type Crypto,
  DOMAIN,
  isAcceptableKey,
  keyToText,
  type PublicKey,
  type Signer,
  signFor,
  textToHash,
  verify,
} from '../crypto.ts'
import { concat, fromHex, toHex } from '../encoding/bytes.ts'
import { readArray, readShape, readText } from '../encoding/shape.ts'
import { isMuluError, MuluError } from '../errors.ts'
import type { Labels } from './change.ts'
import { joinMessage } from './roster.ts'

/** What the file says, read and checked. */
export type JoinRequest = {
  readonly fed: Uint8Array
  readonly key: PublicKey
  readonly peers: readonly string[]
  readonly proof: Uint8Array
  readonly agency: {
    readonly code: string
    readonly names: Labels
    readonly region: string
  }
  readonly office: string
}

/** Everything of a request that its author states; the proof is made from it. */
export type JoinClaim = Omit<JoinRequest, 'key' | 'proof'>

/** Makes the JSON of a request. `fed` is empty for the founder's own. */
export function createJoinRequest(signer: Signer, claim: JoinClaim): string {
  const message = joinMessage(claim.fed, signer.publicKey, claim.peers)
  const request = {
    mulu: 'join-request/1',
    fed: claim.fed.length === 0 ? '' : `sha256:${toHex(claim.fed.subarray(1))}`,
    key: keyToText(signer.publicKey),
    peers: claim.peers,
    agency: { code: claim.agency.code, name: claim.agency.names, region: claim.agency.region },
    office: claim.office,
    proof: toHex(signFor(signer, DOMAIN.join, message)),
  }
  return `${JSON.stringify(request, null, 2)}\n`
}

/** Reads and checks a request; MULU_REQUEST_SHAPE, MULU_KEY_WEAK or MULU_SIGNATURE. */
export function parseJoinRequest(crypto: Crypto, text: string): JoinRequest {
  const request = readRequest(text)
  if (!isAcceptableKey(request.key)) throw new MuluError('MULU_KEY_WEAK')
  const message = joinMessage(request.fed, request.key, request.peers)
  if (!verify(crypto, request.key, DOMAIN.join, message, request.proof)) {
    throw new MuluError('MULU_SIGNATURE', { details: { what: 'join request' } })
  }
  return request
}

function readRequest(text: string): JoinRequest {
  try {
    const keys = ['mulu', 'fed', 'key', 'peers', 'agency', 'office', 'proof']
    const shape = readShape(JSON.parse(text), keys, 'request')
    if (shape['mulu'] !== 'join-request/1') throw new Error('mulu is not join-request/1')
    const agency = readShape(shape['agency'], ['code', 'name', 'region'], 'agency')
    return {
      fed: readFederation(shape['fed']),
      key: readKeyText(shape['key']),
      peers: readArray(shape['peers'], (peer) => readText(peer, 128, 'peer'), 8, 'peers'),
      proof: readHex(shape['proof'], 64),
      agency: {
        code: readNonEmpty(agency['code'], 64, 'agency code'),
        names: readNames(agency['name']),
        region: readText(agency['region'], 32, 'region'),
      },
      office: readText(shape['office'], 200, 'office'),
    }
  } catch (cause) {
    if (isMuluError(cause)) throw cause
    throw new MuluError('MULU_REQUEST_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

function readFederation(value: unknown): Uint8Array {
  const text = readText(value, 128, 'fed')
  if (text === '') return new Uint8Array()
  const fed = textToHash(text)
  if (fed === undefined) throw new Error('fed is not a hash')
  return fed
}

function readKeyText(value: unknown): PublicKey {
  const text = readText(value, 128, 'key')
  if (!/^ed25519:[0-9a-f]{64}$/.test(text)) throw new Error('key is not an Ed25519 key')
  return concat(Uint8Array.of(1), fromHex(text.slice(8)))
}

function readHex(value: unknown, bytes: number): Uint8Array {
  const text = readText(value, bytes * 2, 'proof')
  if (text.length !== bytes * 2 || !/^[0-9a-f]*$/.test(text)) throw new Error('proof is not hex')
  return fromHex(text)
}

function readNonEmpty(value: unknown, max: number, what: string): string {
  const text = readText(value, max, what)
  if (text.trim() === '') throw new Error(`${what} is empty`)
  return text
}

function readNames(value: unknown): Labels {
  const shape = readShape(value, Object.keys((value as object | null) ?? {}), 'agency name')
  const names = Object.entries(shape)
  if (names.length === 0) throw new Error('agency name is empty')
  for (const [language, name] of names) {
    if (!/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/.test(language)) {
      throw new Error('agency name has a key that is no language')
    }
    readNonEmpty(name, 200, 'agency name')
  }
  return shape as Labels
}
