/**
 * A roster version and the chain of them, after the root rules of The Update Framework
 * (TUF 1.0.34 section 5.3): version N + 1 is exactly one higher, names the hash of N, and is
 * signed by the threshold of N and of N + 1; each key counts once, by its bytes.
 *
 * body   deterministic CBOR map {v: 1, fed, version, previous, stamp: ms, changes, state}
 *        `fed` and `previous` are empty bytes in version 1; `state` is the hash of the whole
 *        canonical state after the changes
 * wire   CBOR [body bytes, [[public key, signature] …]]
 * hash   of a version: hash("mulu/roster/1" || body bytes); that of version 1 is the federation
 */
import { type Crypto, DOMAIN, type Hash, hash, type PublicKey, verify } from '../crypto.ts'
import { concat, equalBytes, toHex } from '../encoding/bytes.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readBytes, readInteger, readShape } from '../encoding/shape.ts'
import { isMuluError, MuluError } from '../errors.ts'
import { ROSTER_BYTES_MAX, ROSTER_CHANGES_MAX } from '../limits.ts'
import { type RosterChange, readChange } from './change.ts'
import { applyChanges, EMPTY_STATE, type RosterState } from './state.ts'

/** One verified version of the roster. */
export type Roster = {
  readonly version: number
  readonly hash: Hash
  /** The federation: the hash of the first version. */
  readonly fed: Hash
  readonly stampMs: number
  readonly changes: readonly RosterChange[]
  readonly signatures: number
  readonly state: RosterState
  /** The wire form, as it is passed on. */
  readonly bytes: Uint8Array
}

/** Two verified rosters of one version: enough root keys have signed both. */
export type RosterFork = {
  readonly version: number
  /** The one that is followed here. */
  readonly kept: Hash
  readonly other: Hash
  /** Whether a person has chosen between them; until then no later version is taken. */
  readonly isSettled: boolean
}

/** A root key's signature over the body of a version. */
export type RosterSignature = readonly [key: PublicKey, signature: Uint8Array]

/** The body of the version after `before` that makes these changes; not yet signed. */
export function draftRoster(
  crypto: Crypto,
  before: Roster | undefined,
  changes: readonly RosterChange[],
  stampMs: number,
): Uint8Array {
  const version = (before?.version ?? 0) + 1
  const state = applyChanges(before?.state ?? EMPTY_STATE, version, changes)
  return encodeCbor({
    v: 1,
    fed: before?.fed ?? new Uint8Array(),
    version,
    previous: before?.hash ?? new Uint8Array(),
    stamp: stampMs,
    changes: changes as unknown as CborValue,
    state: stateHash(crypto, state),
  })
}

/** A version as it travels: its body and the signatures of root keys. */
export function encodeRoster(body: Uint8Array, signatures: readonly RosterSignature[]): Uint8Array {
  return encodeCbor([body, signatures.map((pair) => [...pair])])
}

/** The message that a root key signs for a body. */
export function rosterMessage(body: Uint8Array): Uint8Array {
  return concat(DOMAIN.roster, body)
}

/**
 * Verifies the version that follows `before` (undefined for the first). Throws
 * MULU_ROSTER_SHAPE, MULU_ROSTER_CHAIN, MULU_ROSTER_THRESHOLD or MULU_FEDERATION_MISMATCH.
 */
export function verifyRoster(
  crypto: Crypto,
  before: Roster | undefined,
  bytes: Uint8Array,
): Roster {
  try {
    return verifyParsed(crypto, before, bytes)
  } catch (cause) {
    if (isMuluError(cause)) throw cause
    throw new MuluError('MULU_ROSTER_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

function verifyParsed(crypto: Crypto, before: Roster | undefined, bytes: Uint8Array): Roster {
  const { body, signatures } = readWire(bytes)
  const draft = readDraft(crypto, before, body)
  for (const roots of rootsFor(before, draft.state)) {
    const signed = signersOf(crypto, roots, body, signatures).length
    if (signed < roots.threshold) {
      throw new MuluError('MULU_ROSTER_THRESHOLD', {
        details: { signed, threshold: roots.threshold },
      })
    }
  }
  return { ...draft, signatures: signatures.length, bytes }
}

/** The version that a roster in wire form claims to be; nothing of it is verified. */
export function readVersion(bytes: Uint8Array): { readonly version: number } {
  return { version: readBody(readWire(bytes).body).version }
}

/** The root keys that have to sign a version: those before it and those it states. */
export function rootsFor(
  before: Roster | undefined,
  after: RosterState,
): readonly RosterState['roots'][] {
  return before === undefined ? [after.roots] : [before.state.roots, after.roots]
}

/** A version that follows `before`, whoever has signed it. */
export type RosterDraft = Omit<Roster, 'signatures' | 'bytes'>

/** Reads a body and checks all but its signatures; throws like `verifyRoster`. */
export function readDraft(
  crypto: Crypto,
  before: Roster | undefined,
  body: Uint8Array,
): RosterDraft {
  const parsed = readBody(body)
  checkLink(before, parsed)
  const state = applyChanges(before?.state ?? EMPTY_STATE, parsed.version, parsed.changes)
  checkProofs(crypto, parsed)
  if (!equalBytes(stateHash(crypto, state), parsed.state)) {
    throw new MuluError('MULU_ROSTER_CHAIN', { details: { reason: 'state' } })
  }
  const ownHash = hash(crypto, DOMAIN.roster, body)
  return {
    version: parsed.version,
    hash: ownHash,
    fed: before === undefined ? ownHash : before.fed,
    stampMs: parsed.stampMs,
    changes: parsed.changes,
    state,
  }
}

type Body = {
  readonly fed: Uint8Array
  readonly version: number
  readonly previous: Uint8Array
  readonly stampMs: number
  readonly changes: readonly RosterChange[]
  readonly state: Uint8Array
}

function readWire(bytes: Uint8Array): { body: Uint8Array; signatures: readonly RosterSignature[] } {
  if (bytes.length > ROSTER_BYTES_MAX) throw new Error('roster is over the limit')
  const parts = readArray(decodeCbor(bytes), (part) => part, 2, 'roster')
  return {
    body: readBytes(parts[0], 1, ROSTER_BYTES_MAX, 'body'),
    signatures: readArray(parts[1], readSignature, 128, 'signatures'),
  }
}

function readSignature(value: unknown): RosterSignature {
  const parts = readArray(value, (part) => part, 2, 'signature')
  return [readBytes(parts[0], 33, 65, 'key'), readBytes(parts[1], 64, 64, 'signature')]
}

function readBody(bytes: Uint8Array): Body {
  const keys = ['v', 'fed', 'version', 'previous', 'stamp', 'changes', 'state']
  const shape = readShape(decodeCbor(bytes), keys, 'roster')
  readInteger(shape['v'], 1, 1, 'v')
  return {
    fed: readBytes(shape['fed'], 0, 33, 'fed'),
    version: readInteger(shape['version'], 1, 0xffffffff, 'version'),
    previous: readBytes(shape['previous'], 0, 33, 'previous'),
    stampMs: readInteger(shape['stamp'], 0, Number.MAX_SAFE_INTEGER, 'stamp'),
    changes: readArray(shape['changes'], readChange, ROSTER_CHANGES_MAX, 'changes'),
    state: readBytes(shape['state'], 33, 33, 'state'),
  }
}

function checkLink(before: Roster | undefined, body: Body): void {
  const wanted = {
    version: (before?.version ?? 0) + 1,
    fed: before?.fed ?? new Uint8Array(),
    previous: before?.hash ?? new Uint8Array(),
  }
  if (!equalBytes(body.fed, wanted.fed)) throw new MuluError('MULU_FEDERATION_MISMATCH')
  if (body.version !== wanted.version || !equalBytes(body.previous, wanted.previous)) {
    const details = { version: body.version, expected: wanted.version }
    throw new MuluError('MULU_ROSTER_CHAIN', { details })
  }
}

/** Whoever is admitted has shown possession of the key it brings. */
function checkProofs(crypto: Crypto, body: Body): void {
  for (const change of body.changes) {
    if (change.type !== 'writer') continue
    // The founder's key is made before the federation has a hash; the proof then binds no `fed`.
    const message = joinMessage(body.fed, change)
    if (!verify(crypto, change.key, DOMAIN.join, message, change.proof)) {
      throw new MuluError('MULU_SIGNATURE', { details: { writer: change.client } })
    }
  }
}

/** What a newcomer signs to show that it holds the key it asks admission for. */
export function joinMessage(
  fed: Uint8Array,
  claim: {
    readonly key: PublicKey
    readonly peers: readonly string[]
    readonly continues: number
  },
): Uint8Array {
  return encodeCbor([fed, claim.key, claim.peers, claim.continues])
}

/**
 * What a newcomer signs so that the agency which it names, by one of its codes, can admit it by an
 * order: no other agency can then put the same key under its own name.
 */
export function bindingMessage(
  fed: Uint8Array,
  claim: Parameters<typeof joinMessage>[1] & { readonly code: string },
): Uint8Array {
  return encodeCbor([fed, claim.key, claim.peers, claim.continues, claim.code])
}

/** The root keys whose good signatures stand under a body, each once, by its bytes. */
export function signersOf(
  crypto: Crypto,
  roots: RosterState['roots'],
  body: Uint8Array,
  signatures: readonly RosterSignature[],
): readonly PublicKey[] {
  const signed = new Map<string, PublicKey>()
  for (const key of roots.keys) {
    const isSigned = signatures.some(
      ([signer, signature]) =>
        equalBytes(signer, key) && verify(crypto, key, DOMAIN.roster, body, signature),
    )
    if (isSigned) signed.set(toHex(key), key)
  }
  return [...signed.values()]
}

/** The hash of the whole state in canonical form. */
export function stateHash(crypto: Crypto, state: RosterState): Hash {
  const canonical = {
    ...state,
    agencies: [...state.agencies.values()].sort((a, b) => a.id - b.id),
    namespaces: [...state.namespaces.values()].sort((a, b) => a.id - b.id),
    writers: [...state.writers.values()].sort((a, b) => a.client - b.client),
  }
  return hash(crypto, DOMAIN.rosterState, encodeCbor(canonical as unknown as CborValue))
}
