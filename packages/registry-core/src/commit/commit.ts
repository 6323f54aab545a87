/**
 * A commit as it is stored and sent: header bytes, signature, and the salted bodies.
 * Body 0 is the note when the header declares one; then one body per entry. A body that is not
 * here (erased, pruned) travels as its hash, so that the root over all bodies still verifies.
 *
 * wire: CBOR [header bytes, signature, [body …]], body = salted bytes, or {h: hash} when missing.
 */

import { type Crypto, DOMAIN, HASH_BYTES, type Hash, hash, isHash } from '../crypto.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { readArray, readBytes, readShape } from '../encoding/shape.ts'
import { MuluError } from '../errors.ts'
import {
  BODY_BYTES_MAX,
  COMMIT_BODIES_BYTES_MAX,
  ENTRIES_MAX,
  HEADER_BYTES_MAX,
  SALT_BYTES,
} from '../limits.ts'
import { decodeHeader, type Header } from './header.ts'

/** Salt and section as one run of bytes, or the hash of a body that is not here. */
export type StoredBody = Uint8Array | { readonly missing: Hash }

/** A commit as bytes. */
export type Commit = {
  readonly header: Uint8Array
  readonly signature: Uint8Array
  readonly bodies: readonly StoredBody[]
}

/** A commit whose header has been read. */
export type ReadCommit = Commit & {
  readonly id: Hash
  readonly read: Header
}

/** The id of a commit: the hash of its header bytes, the signature left out. */
export function commitId(crypto: Crypto, header: Uint8Array): Hash {
  return hash(crypto, DOMAIN.commit, header)
}

/** The hash of one salted body. */
export function bodyHash(crypto: Crypto, body: StoredBody): Hash {
  return body instanceof Uint8Array ? hash(crypto, DOMAIN.body, body) : body.missing
}

/** The root over all bodies of a commit, as it stands in the header. */
export function bodiesRoot(crypto: Crypto, bodies: readonly StoredBody[]): Hash {
  return hash(crypto, DOMAIN.bodies, ...bodies.map((body) => bodyHash(crypto, body)))
}

/** Reads the header of a commit; MULU_COMMIT_SHAPE when the bytes are none. */
export function readCommit(crypto: Crypto, commit: Commit): ReadCommit {
  try {
    return { ...commit, id: commitId(crypto, commit.header), read: decodeHeader(commit.header) }
  } catch (cause) {
    throw new MuluError('MULU_COMMIT_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

/** MULU_BODY_MISSING or MULU_BODY_HASH unless the bodies are those the header declares. */
export function checkBodies(crypto: Crypto, commit: ReadCommit): void {
  const { read, bodies } = commit
  const lengths = read.entries.map((entry) => entry.bytes)
  if (read.note > 0) lengths.unshift(read.note)
  const fits = bodies.every(
    (body, i) => !(body instanceof Uint8Array) || body.length === (lengths[i] ?? -1) + SALT_BYTES,
  )
  const isKnownForm = read.v === 1
  if (isKnownForm && bodies.length !== lengths.length) throw new MuluError('MULU_BODY_MISSING')
  if ((isKnownForm && !fits) || !equalBytes(bodiesRoot(crypto, bodies), read.bodies)) {
    throw new MuluError('MULU_BODY_HASH')
  }
}

/** The body of entry `index` (without salt), or undefined when it is missing. */
export function entrySection(commit: ReadCommit, index: number): Uint8Array | undefined {
  const body = commit.bodies[index + (commit.read.note > 0 ? 1 : 0)]
  return body instanceof Uint8Array ? body.subarray(SALT_BYTES) : undefined
}

/** A commit as one run of bytes. */
export function encodeCommit(commit: Commit): Uint8Array {
  const bodies = commit.bodies.map((b) => (b instanceof Uint8Array ? b : { h: b.missing }))
  return encodeCbor([commit.header, commit.signature, bodies])
}

/** Reads a commit from bytes; MULU_COMMIT_SHAPE when they are none. */
export function decodeCommit(bytes: Uint8Array): Commit {
  try {
    const [header, signature, bodies, ...rest] = readArray(
      decodeCbor(bytes),
      (part) => part,
      3,
      'commit',
    )
    if (rest.length > 0) throw new Error('commit has too many parts')
    const list = readArray(bodies, readBody, ENTRIES_MAX + 1, 'bodies')
    const length = list.reduce((sum, b) => sum + (b instanceof Uint8Array ? b.length : 0), 0)
    if (length > COMMIT_BODIES_BYTES_MAX) throw new Error('bodies are over the limit')
    return {
      header: readBytes(header, 1, HEADER_BYTES_MAX, 'header'),
      signature: readBytes(signature, 64, 64, 'signature'),
      bodies: list,
    }
  } catch (cause) {
    throw new MuluError('MULU_COMMIT_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

function readBody(value: unknown): StoredBody {
  if (value instanceof Uint8Array) {
    return readBytes(value, SALT_BYTES, BODY_BYTES_MAX + SALT_BYTES, 'body')
  }
  const shape = readShape(value, ['h'], 'body')
  const missing = readBytes(shape['h'], HASH_BYTES, HASH_BYTES, 'body hash')
  if (!isHash(missing)) throw new Error('body hash has an unknown algorithm')
  return { missing }
}
