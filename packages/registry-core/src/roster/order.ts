/**
 * An order of an agency: its administrator key admits a writer, or closes one, beside the root
 * chain (ADR 0043). Orders are a set, not a chain: nobody has to know of another order to make one.
 *
 * body   deterministic CBOR map {v: 1, fed, agency, by: administrator key, roster: [version, hash],
 *        no: 1..1024, act}; `act` is one of
 *        {type: "admit", key, office, peers, continues, code, proof, grants: [{ns, auds, rights}]}
 *        {type: "close", client, ends: [{ns, aud, seq, id}], final, why}
 * wire   CBOR [body bytes, signature of `by` over "mulu/order/1" || body bytes]
 * id     hash("mulu/order/1" || body bytes); the signature is not part of it
 */
import { type Audience, audienceText } from '../commit/audience.ts'
import {
  type Crypto,
  DOMAIN,
  HASH_BYTES,
  type Hash,
  hash,
  isAcceptableKey,
  type PublicKey,
  type Signer,
  signFor,
  verify,
} from '../crypto.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import {
  readArray,
  readBytes,
  readInteger,
  readShape,
  readText,
  type Shape,
} from '../encoding/shape.ts'
import { isMuluError, MuluError } from '../errors.ts'
import { ORDER_BYTES_MAX, ORDERS_PER_KEY_MAX } from '../limits.ts'
import { type LogEnd, type Right, type RosterChange, readChange } from './change.ts'
import { bindingMessage } from './roster.ts'

/** What a writer is let do by an order. */
export type OrderedGrant = {
  readonly ns: number
  readonly auds: readonly Audience[]
  readonly rights: readonly Right[]
}

/** Admits a writer; its number follows from the administrator key and the number of the order. */
export type Admission = {
  readonly type: 'admit'
  readonly key: PublicKey
  readonly office: string
  readonly peers: readonly string[]
  readonly continues: number
  /** A code of the agency, as the newcomer has signed it. */
  readonly code: string
  readonly proof: Uint8Array
  readonly grants: readonly OrderedGrant[]
}

/** Closes all grants of a writer at positions of its logs; one that is not listed ends at 0. */
export type OrderedClosing = {
  readonly type: 'close'
  readonly client: number
  readonly ends: readonly LogEnd[]
  readonly final: boolean
  readonly why: string
}

/** What an administrator key signs. */
export type OrderClaim = {
  readonly fed: Hash
  readonly agency: number
  /** The roster version that the order is judged by. */
  readonly roster: readonly [version: number, hash: Hash]
  /** Each order of a key has its own; see ADR 0043 for what two of one number come to. */
  readonly no: number
  readonly act: Admission | OrderedClosing
}

/** An order whose signatures are good. Whether it counts is for the rosters to say. */
export type Order = OrderClaim & {
  readonly id: Hash
  readonly by: PublicKey
  /** The wire form, as it is kept and passed on. */
  readonly bytes: Uint8Array
}

/** What an order says and whose key is to sign it. */
export type UnsignedOrder = OrderClaim & { readonly by: PublicKey }

/** The bytes that the key signs. */
export function encodeOrderBody(order: UnsignedOrder): Uint8Array {
  const { fed, agency, by, roster, no, act } = order
  return encodeCbor({ v: 1, fed, agency, by, roster, no, act } as unknown as CborValue)
}

/** Signs an order; its wire form. */
export function signOrder(signer: Signer, claim: OrderClaim): Uint8Array {
  const body = encodeOrderBody({ ...claim, by: signer.publicKey })
  return encodeCbor([body, signFor(signer, DOMAIN.order, body)])
}

/** Reads a body that nobody has signed yet, as the order that it would be; throws like `readOrder`. */
export function readOrderBody(crypto: Crypto, body: Uint8Array): Omit<Order, 'bytes'> {
  return reading(() => orderOf(crypto, body))
}

/**
 * Reads an order and checks its signature and, for an admission, the newcomer's own. Throws
 * MULU_ORDER_SHAPE, MULU_KEY_WEAK or MULU_SIGNATURE.
 */
export function readOrder(crypto: Crypto, bytes: Uint8Array): Order {
  return reading(() => {
    const { body, signature } = readWire(bytes)
    return { ...orderOf(crypto, body, signature), bytes }
  })
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (isMuluError(cause)) throw cause
    throw new MuluError('MULU_ORDER_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

/** Without a signature only what the newcomer signed is checked. */
function orderOf(crypto: Crypto, body: Uint8Array, signature?: Uint8Array): Omit<Order, 'bytes'> {
  const { by, ...claim } = readBody(body)
  if (!isAcceptableKey(by)) throw new MuluError('MULU_KEY_WEAK')
  if (signature !== undefined && !verify(crypto, by, DOMAIN.order, body, signature)) {
    throw new MuluError('MULU_SIGNATURE', { details: { what: 'order' } })
  }
  if (claim.act.type === 'admit') checkNewcomer(crypto, claim.fed, claim.act)
  return { ...claim, by, id: hash(crypto, DOMAIN.order, body) }
}

function checkNewcomer(crypto: Crypto, fed: Hash, act: Admission): void {
  if (!isAcceptableKey(act.key)) throw new MuluError('MULU_KEY_WEAK')
  if (!verify(crypto, act.key, DOMAIN.join, bindingMessage(fed, act), act.proof)) {
    throw new MuluError('MULU_SIGNATURE', { details: { what: 'newcomer of an order' } })
  }
}

function readWire(bytes: Uint8Array): { body: Uint8Array; signature: Uint8Array } {
  if (bytes.length > ORDER_BYTES_MAX) throw new Error('order is over the limit')
  const parts = readArray(decodeCbor(bytes), (part) => part, 2, 'order')
  return {
    body: readBytes(parts[0], 1, ORDER_BYTES_MAX, 'body'),
    signature: readBytes(parts[1], 64, 64, 'signature'),
  }
}

function readBody(bytes: Uint8Array): UnsignedOrder {
  const keys = ['v', 'fed', 'agency', 'by', 'roster', 'no', 'act']
  const shape = readShape(decodeCbor(bytes), keys, 'order')
  readInteger(shape['v'], 1, 1, 'v')
  const roster = readArray(shape['roster'], (part) => part, 2, 'roster')
  return {
    fed: readHash(shape['fed'], 'fed'),
    agency: readNumber(shape['agency'], 'agency'),
    by: readBytes(shape['by'], 33, 65, 'by'),
    roster: [readNumber(roster[0], 'version'), readHash(roster[1], 'hash')],
    no: readInteger(shape['no'], 1, ORDERS_PER_KEY_MAX, 'no'),
    act: readAct(shape['act']),
  }
}

function readAct(value: unknown): Admission | OrderedClosing {
  return (value as Shape | null)?.['type'] === 'admit' ? readAdmission(value) : readClosing(value)
}

/** Read by the readers of the roster's own changes, so that both have one form of each part. */
function readAdmission(value: unknown): Admission {
  const keys = ['type', 'key', 'office', 'peers', 'continues', 'code', 'proof', 'grants']
  const { grants, code, type: _, ...rest } = readShape(value, keys, 'admission')
  const change = { ...rest, type: 'writer', client: 1, agency: 1, role: 'office' }
  const { key, office, peers, continues, proof } = readAs('writer', change)
  const read = readArray(grants, readGrant, 64, 'grants')
  if (read.length === 0) throw new Error('an admission grants nothing')
  const logs = read.flatMap(({ ns, auds }) => auds.map((aud) => `${ns}/${audienceText(aud)}`))
  if (new Set(logs).size < logs.length) throw new Error('two grants for one namespace and audience')
  const named = { office, code: readText(code, 64, 'code') }
  return { type: 'admit', key, ...named, peers, continues, proof, grants: read }
}

function readGrant(value: unknown): OrderedGrant {
  const shape = readShape(value, ['ns', 'auds', 'rights'], 'grant')
  const { ns, auds, rights } = readAs('grant', { ...shape, type: 'grant', client: 1 })
  if (auds.length === 0 || rights.length === 0) throw new Error('a grant gives nothing')
  return { ns, auds, rights }
}

function readClosing(value: unknown): OrderedClosing {
  const shape = readShape(value, ['type', 'client', 'ends', 'final', 'why'], 'closing')
  const { client, ends, final, why } = readAs('close', { ...shape, ns: 1, from: 1 })
  return { type: 'close', client, ends, final, why }
}

function readAs<T extends RosterChange['type']>(
  type: T,
  value: unknown,
): Extract<RosterChange, { type: T }> {
  const change = readChange(value)
  if (change.type !== type) throw new Error(`not a ${type}`)
  return change as Extract<RosterChange, { type: T }>
}

function readHash(value: unknown, what: string): Hash {
  return readBytes(value, HASH_BYTES, HASH_BYTES, what)
}

function readNumber(value: unknown, what: string): number {
  return readInteger(value, 1, 0xffffffff, what)
}
