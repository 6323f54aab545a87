/**
 * A commit as it is stored and sent: header bytes, signature, and the salted bodies.
 * Body 0 is the note when the header declares one; then one body per entry. A body that is not
 * here (erased, pruned) travels as its hash, so that the root over all bodies still verifies.
 *
 * wire: CBOR [header bytes, signature, [body …], [[order header, signature] …]?], body = salted
 * bytes, or {h: hash} when missing. What a lawful order had erased travels with the header that
 * says so, so that nobody has to believe that a body may be missing.
 */

import { type Crypto, DOMAIN, HASH_BYTES, type Hash, hash, isHash } from '../crypto.ts'
import { ByteWriter } from '../encoding/byte-writer.ts'
import { equalBytes } from '../encoding/bytes.ts'
import { ARRAY, BYTES, HeadReader, MAP, TEXT, writeHead } from '../encoding/cbor-head.ts'
import { MuluError, orNothing } from '../errors.ts'
import {
  BODY_BYTES_MAX,
  COMMIT_BODIES_BYTES_MAX,
  ENTRIES_MAX,
  HEADER_BYTES_MAX,
  SALT_BYTES,
} from '../limits.ts'
import { type ReadSection, readSection } from './body.ts'
import { type Header, NOTE_ENTRY, readHeader } from './header.ts'

/** Salt and section as one run of bytes, or the hash of a body that is not here. */
export type StoredBody = Uint8Array | { readonly missing: Hash }

/** A header as its author signed it. */
export type SignedHeader = { readonly header: Uint8Array; readonly signature: Uint8Array }

/** A commit as bytes. */
export type Commit = SignedHeader & {
  readonly bodies: readonly StoredBody[]
  /** Headers that order the erasure of bodies that are missing. */
  readonly orders?: readonly SignedHeader[]
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
    return { ...commit, id: commitId(crypto, commit.header), read: readHeader(commit.header) }
  } catch (cause) {
    throw new MuluError('MULU_COMMIT_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

/** The commit that stored bytes are; undefined when they have rotted. */
export function readCommitOrNothing(crypto: Crypto, bytes: Uint8Array): ReadCommit | undefined {
  return orNothing(() => readCommit(crypto, decodeCommit(bytes)))
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

/** The entry that a body of a commit belongs to; NOTE_ENTRY for its note. */
export function entryOfBody({ note }: Pick<Header, 'note'>, index: number): number {
  if (note === 0) return index
  return index === 0 ? NOTE_ENTRY : index - 1
}

/** The body of entry `index`, or of the note, without salt; undefined when it is missing. */
export function entrySection(commit: ReadCommit, index: number): Uint8Array | undefined {
  const { note } = commit.read
  if (index === NOTE_ENTRY && note === 0) return undefined
  const body = commit.bodies[index === NOTE_ENTRY ? 0 : index + (note > 0 ? 1 : 0)]
  return body instanceof Uint8Array ? body.subarray(SALT_BYTES) : undefined
}

/** A body without its salt, and what it says; `read` is undefined for one that fails the gate. */
export type EntrySection = {
  readonly section: Uint8Array
  readonly read: ReadSection | undefined
}

const sectionsOf = new WeakMap<ReadCommit, readonly (EntrySection | undefined)[]>()

/** The bodies of all entries, read once for a commit. */
export function entrySections(commit: ReadCommit): readonly (EntrySection | undefined)[] {
  const known = sectionsOf.get(commit)
  if (known !== undefined) return known
  const sections = commit.read.entries.map((_, index) => readEntry(commit, index))
  sectionsOf.set(commit, sections)
  return sections
}

/** The body of one entry, read anew; undefined for a missing body. */
export function readEntry(commit: ReadCommit, index: number): EntrySection | undefined {
  const { writer: client, seq, entries } = commit.read
  const section = entrySection(commit, index)
  return (
    section && { section, read: readSection(section, { client, seq }, entries[index]?.len ?? 0) }
  )
}

/** A commit as one run of bytes. */
export function encodeCommit({ header, signature, bodies, orders = [] }: Commit): Uint8Array {
  writeHead(scratch.reset(), ARRAY, orders.length > 0 ? 4 : 3)
  writeBytes(header)
  writeBytes(signature)
  writeHead(scratch, ARRAY, bodies.length)
  for (const body of bodies) {
    if (body instanceof Uint8Array) writeBytes(body)
    else writeMissing(body.missing)
  }
  if (orders.length > 0) writeOrders(orders)
  return scratch.copy()
}

const scratch = new ByteWriter()
const MISSING_KEY = 'h'

function writeOrders(orders: readonly SignedHeader[]): void {
  writeHead(scratch, ARRAY, orders.length)
  for (const order of orders) {
    writeHead(scratch, ARRAY, 2)
    writeBytes(order.header)
    writeBytes(order.signature)
  }
}

function writeBytes(bytes: Uint8Array): void {
  writeHead(scratch, BYTES, bytes.length)
  scratch.raw(bytes)
}

function writeMissing(missing: Hash): void {
  writeHead(scratch, MAP, 1)
  writeHead(scratch, TEXT, MISSING_KEY.length)
  scratch.text(MISSING_KEY)
  writeBytes(missing)
}

/** Reads a commit from bytes, in whose memory it stays; MULU_COMMIT_SHAPE when they are none. */
export function decodeCommit(bytes: Uint8Array): Commit {
  try {
    const reader = new HeadReader(bytes)
    const parts = reader.head(ARRAY)
    if (parts !== 3 && parts !== 4) throw new Error('commit has other parts')
    const signed = readSigned(reader)
    const bodies = readBodies(reader)
    const orders = parts === 4 ? readOrders(reader) : []
    if (!reader.isAtEnd) throw new Error('bytes follow the commit')
    return orders.length === 0 ? { ...signed, bodies } : { ...signed, bodies, orders }
  } catch (cause) {
    throw new MuluError('MULU_COMMIT_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

function readSigned(reader: HeadReader): SignedHeader {
  return {
    header: reader.byteString(1, HEADER_BYTES_MAX),
    signature: reader.byteString(64, 64),
  }
}

function readOrders(reader: HeadReader): readonly SignedHeader[] {
  const count = reader.head(ARRAY)
  if (count < 1 || count > ENTRIES_MAX) throw new Error('commit has too many orders, or none')
  return Array.from({ length: count }, () => {
    if (reader.head(ARRAY) !== 2) throw new Error('order has other parts')
    return readSigned(reader)
  })
}

function readBodies(reader: HeadReader): readonly StoredBody[] {
  const count = reader.head(ARRAY)
  if (count > ENTRIES_MAX + 1) throw new Error('commit has too many bodies')
  const bodies: StoredBody[] = []
  let length = 0
  while (bodies.length < count) {
    const body = reader.nextMajor === MAP ? readMissing(reader) : readSalted(reader)
    length += body instanceof Uint8Array ? body.length : 0
    bodies.push(body)
  }
  if (length > COMMIT_BODIES_BYTES_MAX) throw new Error('bodies are over the limit')
  return bodies
}

function readSalted(reader: HeadReader): Uint8Array {
  return reader.byteString(SALT_BYTES, BODY_BYTES_MAX + SALT_BYTES)
}

function readMissing(reader: HeadReader): StoredBody {
  const isNamed =
    reader.head(MAP) === 1 &&
    reader.head(TEXT) === MISSING_KEY.length &&
    reader.bytes[reader.position] === MISSING_KEY.charCodeAt(0)
  if (!isNamed) throw new Error('a missing body has another form')
  reader.position += MISSING_KEY.length
  const missing = reader.byteString(HASH_BYTES, HASH_BYTES)
  if (!isHash(missing)) throw new Error('body hash has an unknown algorithm')
  return { missing }
}
