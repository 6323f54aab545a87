/**
 * The request of a newcomer to be admitted: a JSON file a person carries to the root holders.
 * It shows possession of the writer key by a signature over the federation, the key, the
 * transport identities and the writer it continues, and by one over the same and its agency's code,
 * without which no order can admit it. It holds nothing personal.
 *
 * A new key of an installation that is known (rotation, restored backup) names the writer it
 * continues and how far that one's logs went. `handover` is the old key's signature over that; a
 * restored installation has no old key, and the root holders have to know whom they admit.
 */
import {
  type Crypto,
  DOMAIN,
  hashToText,
  isAcceptableKey,
  keyToText,
  type PublicKey,
  type Signer,
  signFor,
  textToHash,
  verify,
} from '../crypto.ts'
import { toHex } from '../encoding/bytes.ts'
import { type CborValue, encodeCbor } from '../encoding/cbor.ts'
import type { JsonValue } from '../encoding/json.ts'
import { readArray, readInteger, readShape, readText } from '../encoding/shape.ts'
import { isMuluError, MuluError } from '../errors.ts'
import { type Labels, type LogEnd, readEnd } from './change.ts'
import { readFederationText, readHex, readKeyText, readNonEmpty } from './request-text.ts'
import { bindingMessage, joinMessage } from './roster.ts'

/** What the file says, read and checked. */
export type JoinRequest = {
  readonly fed: Uint8Array
  readonly key: PublicKey
  readonly peers: readonly string[]
  readonly proof: Uint8Array
  /** The key's signature over the same and the code of the agency; orders need it. */
  readonly binding: Uint8Array | undefined
  readonly agency: {
    readonly code: string
    readonly names: Labels
    readonly region: string
  }
  readonly office: string
  /** The writer that this one continues, 0 for none. */
  readonly continues: number
  /** How far the logs of that writer went, as far as its own installation knows. */
  readonly ends: readonly LogEnd[]
  /** The old key's signature over the handover; undefined when the old key is gone. */
  readonly handover: Uint8Array | undefined
}

/** What a newcomer states of itself; the proof is made from it. */
export type JoinClaim = Pick<JoinRequest, 'fed' | 'peers' | 'agency' | 'office'>

/** What a new key of a known installation states of the one before it. */
export type Succession = Pick<JoinRequest, 'continues' | 'ends'> & {
  /** The old key, where it is still at hand. */
  readonly old: Signer | undefined
}

/** Makes the JSON of a request. `fed` is empty for the founder's own. */
export function createJoinRequest(
  signer: Signer,
  claim: JoinClaim,
  succession?: Succession,
): string {
  const key = signer.publicKey
  const { continues = 0, ends = [], old } = succession ?? {}
  const own = { key, peers: claim.peers, continues }
  const binding = bindingMessage(claim.fed, { ...own, code: claim.agency.code })
  const handover =
    old && signFor(old, DOMAIN.handover, handoverMessage(claim.fed, { key, continues, ends }))
  const request = {
    mulu: 'join-request/1',
    fed: claim.fed.length === 0 ? '' : `sha256:${toHex(claim.fed.subarray(1))}`,
    key: keyToText(signer.publicKey),
    peers: claim.peers,
    agency: { code: claim.agency.code, name: claim.agency.names, region: claim.agency.region },
    office: claim.office,
    ...(continues === 0 ? {} : { continues, ends: ends.map(endToJson) }),
    ...(handover === undefined ? {} : { handover: toHex(handover) }),
    proof: toHex(signFor(signer, DOMAIN.join, joinMessage(claim.fed, own))),
    binding: toHex(signFor(signer, DOMAIN.join, binding)),
  }
  return `${JSON.stringify(request, null, 2)}\n`
}

/** Reads and checks a request; MULU_REQUEST_SHAPE, MULU_KEY_WEAK or MULU_SIGNATURE. */
export function parseJoinRequest(crypto: Crypto, text: string): JoinRequest {
  const request = readRequest(text)
  if (!isAcceptableKey(request.key)) throw new MuluError('MULU_KEY_WEAK')
  const message = joinMessage(request.fed, request)
  if (!verify(crypto, request.key, DOMAIN.join, message, request.proof)) {
    throw new MuluError('MULU_SIGNATURE', { details: { what: 'join request' } })
  }
  const bound = bindingMessage(request.fed, { ...request, code: request.agency.code })
  const { binding } = request
  if (binding !== undefined && !verify(crypto, request.key, DOMAIN.join, bound, binding)) {
    throw new MuluError('MULU_SIGNATURE', { details: { what: 'agency of a join request' } })
  }
  return request
}

/** Whether the old key has signed the handover to the new one. */
export function isHandedOver(crypto: Crypto, oldKey: PublicKey, request: JoinRequest): boolean {
  if (request.handover === undefined) return false
  const message = handoverMessage(request.fed, request)
  return verify(crypto, oldKey, DOMAIN.handover, message, request.handover)
}

function handoverMessage(
  fed: Uint8Array,
  { key, continues, ends }: Pick<JoinRequest, 'key' | 'continues' | 'ends'>,
): Uint8Array {
  return encodeCbor([fed, key, continues, ends as unknown as CborValue])
}

function endToJson({ ns, aud, seq, id }: LogEnd): JsonValue {
  return { ns, aud: typeof aud === 'number' ? aud : [...aud], seq, id: hashToText(id) }
}

function readEndJson(value: unknown): LogEnd {
  const shape = readShape(value, ['ns', 'aud', 'seq', 'id'], 'end')
  const id = textToHash(readText(shape['id'], 128, 'id'))
  if (id === undefined) throw new Error('id is not a hash')
  return readEnd({ ...shape, id })
}

function readRequest(text: string): JoinRequest {
  try {
    const shape = readShape(JSON.parse(text), KEYS, 'request')
    if (shape['mulu'] !== 'join-request/1') throw new Error('mulu is not join-request/1')
    const agency = readShape(shape['agency'], ['code', 'name', 'region'], 'agency')
    return {
      fed: readFederationText(shape['fed']),
      key: readKeyText(shape['key']),
      peers: readArray(shape['peers'], (peer) => readText(peer, 128, 'peer'), 8, 'peers'),
      proof: readHex(shape['proof'], 64, 'proof'),
      continues: readInteger(shape['continues'] ?? 0, 0, 0xffffffff, 'continues'),
      ends: readArray(shape['ends'] ?? [], readEndJson, ENDS_MAX, 'ends'),
      binding:
        shape['binding'] === undefined ? undefined : readHex(shape['binding'], 64, 'binding'),
      handover:
        shape['handover'] === undefined ? undefined : readHex(shape['handover'], 64, 'handover'),
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

const KEYS = [
  ...['mulu', 'fed', 'key', 'peers', 'agency', 'office', 'proof', 'binding'],
  ...['continues', 'ends', 'handover'],
]
const ENDS_MAX = 256

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
