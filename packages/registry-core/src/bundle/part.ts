/**
 * The parts of a bundle, in the order they stand in: one deterministic CBOR map with the key `t`
 * and the keys of its row, at most FRAME_BYTES_MAX long. The shell packs each part into a block of
 * a file (packages/node/src/bundle/block-file.ts).
 *
 * part     keys
 * from     fed, madeMs, sender: writer,      the first part; signed by the sender's writer key
 *          to: writer, roster: [version,     (0 for a node without one, with an empty signature);
 *          hash], orders?, heads:            `to` is 0 for whoever may hold what stands here;
 *          [hash …], signature               orders: the digest over the sender's orders, if any
 * heads    heads: [[ns, aud, writer, seq,    what the sender has, as far as the receiver may hold
 *          id, accepted seq, id, floor,      it: what need not be carried back
 *          fork?, statements?] …]            (statements: see sync/frame.ts)
 * rosters  rosters: [bytes …]                consecutive versions
 * profile  profile: bytes                    one that some roster names
 * orders   orders: [bytes …]                 orders of agencies, before the commits that need them
 * rows     name, rows: [[key, value] …]      only in backups: what the shell keeps beside the logs
 * commits  commits: [bytes …]                in wire form, causes before effects
 * end      commits: count                    the last part; a bundle without it was cut
 *
 * `heads` of the first part are the hashes of all `heads` parts, so that its signature covers them.
 */
import {
  type Crypto,
  DOMAIN,
  HASH_BYTES,
  type Hash,
  hash,
  type Signer,
  signFor,
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
import { MuluError } from '../errors.ts'
import { FRAME_BYTES_MAX, ORDER_BYTES_MAX, PROFILE_BYTES_MAX, ROSTER_BYTES_MAX } from '../limits.ts'
import type { LogHead } from '../log/log.ts'
import {
  forkToCbor,
  logToCbor,
  type RosterMark,
  readFork,
  readLogKey,
  readRosterMark,
} from '../sync/frame-parts.ts'
import { COMMITS_MAX, ORDERS_IN_FRAME_MAX, ROSTERS_MAX } from '../sync/sync-limits.ts'

/** Heads in one part; about 110 bytes each. */
export const PART_HEADS_MAX = 8_000
/** Parts of heads in one bundle, so that reading them takes bounded memory. */
export const HEADS_PARTS_MAX = 16
/** Rows in one part. */
export const PART_ROWS_MAX = 4_096
const UINT32_MAX = 0xffffffff
const NAME_TEXT_MAX = 64
const ROW_TEXT_MAX = FRAME_BYTES_MAX

/** Who made a bundle, for whom, and on which roster. */
export type From = {
  readonly t: 'from'
  readonly fed: Hash
  readonly madeMs: number
  readonly sender: number
  readonly to: number
  readonly roster: RosterMark
  readonly orders?: Hash
  readonly heads: readonly Hash[]
  readonly signature: Uint8Array
}

/** One part of a bundle. */
export type Part =
  | From
  | { readonly t: 'heads'; readonly heads: readonly LogHead[] }
  | { readonly t: 'rosters'; readonly rosters: readonly Uint8Array[] }
  | { readonly t: 'profile'; readonly profile: Uint8Array }
  | { readonly t: 'orders'; readonly orders: readonly Uint8Array[] }
  | { readonly t: 'rows'; readonly name: string; readonly rows: readonly Row[] }
  | { readonly t: 'commits'; readonly commits: readonly Uint8Array[] }
  | { readonly t: 'end'; readonly commits: number }

/** A key and a value that the shell keeps. */
export type Row = readonly [key: string, value: string]

/** A part as bytes; MULU_LIMIT when it does not fit. */
export function encodePart(part: Part): Uint8Array {
  const bytes = encodeCbor(partToCbor(part))
  if (bytes.length > FRAME_BYTES_MAX) {
    throw new MuluError('MULU_LIMIT', { details: { part: part.t, bytesMax: FRAME_BYTES_MAX } })
  }
  return bytes
}

/** Reads a part; MULU_BUNDLE_SHAPE unless the bytes are exactly one. */
export function decodePart(bytes: Uint8Array): Part {
  try {
    if (bytes.length > FRAME_BYTES_MAX) throw new Error('part is over the limit')
    return readPart(decodeCbor(bytes))
  } catch (cause) {
    throw new MuluError('MULU_BUNDLE_SHAPE', { cause, details: { reason: String(cause) } })
  }
}

/** The hash of a part of heads, as the first part names it. */
export function headsHash(crypto: Crypto, bytes: Uint8Array): Hash {
  return hash(crypto, DOMAIN.bundle, bytes)
}

/** The first part, signed where the node has a writer. */
export function signFrom(unsigned: Omit<From, 'signature'>, signer: Signer | undefined): From {
  const signature = signer && signFor(signer, DOMAIN.bundle, fromMessage(unsigned))
  return { ...unsigned, signature: signature ?? new Uint8Array() }
}

/** What the signature of the first part is over. */
export function fromMessage(from: Omit<From, 'signature'>): Uint8Array {
  const { t, fed, madeMs, sender, to, roster, orders, heads } = from
  const mark = [roster.version, roster.hash]
  return encodeCbor({ t, fed, madeMs, sender, to, roster: mark, orders, heads })
}

function partToCbor(part: Part): CborValue {
  switch (part.t) {
    case 'from':
      return { ...part, roster: [part.roster.version, part.roster.hash] }
    case 'heads':
      return { t: 'heads', heads: part.heads.map(headToCbor) }
    default:
      return part
  }
}

function headToCbor({ log, known, accepted, forkedAt, floor, statements }: LogHead): CborValue {
  const parts = [known.seq, known.id, accepted.seq, accepted.id, floor]
  const [ns, aud, writer] = logToCbor(log) as readonly CborValue[]
  return [ns ?? 0, aud ?? 0, writer ?? 0, ...parts, ...forkToCbor(forkedAt, statements)]
}

const READERS: Readonly<
  Record<Part['t'], readonly [keys: readonly string[], read: (s: Shape) => Part]>
> = {
  from: [['fed', 'madeMs', 'sender', 'to', 'roster', 'orders', 'heads', 'signature'], readFrom],
  heads: [
    ['heads'],
    (s) => ({ t: 'heads', heads: readArray(s['heads'], readHead, PART_HEADS_MAX, 'heads') }),
  ],
  rosters: [
    ['rosters'],
    (s) => ({
      t: 'rosters',
      rosters: readArray(
        s['rosters'],
        (bytes) => readBytes(bytes, 1, ROSTER_BYTES_MAX, 'roster'),
        ROSTERS_MAX,
        'rosters',
      ),
    }),
  ],
  profile: [
    ['profile'],
    (s) => ({ t: 'profile', profile: readBytes(s['profile'], 1, PROFILE_BYTES_MAX, 'profile') }),
  ],
  orders: [
    ['orders'],
    (s) => ({
      t: 'orders',
      orders: readArray(
        s['orders'],
        (bytes) => readBytes(bytes, 1, ORDER_BYTES_MAX, 'order'),
        ORDERS_IN_FRAME_MAX,
        'orders',
      ),
    }),
  ],
  rows: [
    ['name', 'rows'],
    (s) => ({
      t: 'rows',
      name: readText(s['name'], NAME_TEXT_MAX, 'name'),
      rows: readArray(s['rows'], readRow, PART_ROWS_MAX, 'rows'),
    }),
  ],
  commits: [
    ['commits'],
    (s) => ({
      t: 'commits',
      commits: readArray(
        s['commits'],
        (bytes) => readBytes(bytes, 1, FRAME_BYTES_MAX, 'commit'),
        COMMITS_MAX,
        'commits',
      ),
    }),
  ],
  end: [
    ['commits'],
    (s) => ({
      t: 'end',
      commits: readInteger(s['commits'], 0, Number.MAX_SAFE_INTEGER, 'commits'),
    }),
  ],
}

function readPart(value: unknown): Part {
  const t = (value as Shape | null)?.['t']
  const row = Object.entries(READERS).find(([name]) => name === t)?.[1]
  if (row === undefined) throw new Error('part of an unknown type')
  return row[1](readShape(value, ['t', ...row[0]], 'part'))
}

function readFrom(s: Shape): From {
  const sender = readInteger(s['sender'], 0, UINT32_MAX, 'sender')
  const signed = sender === 0 ? 0 : 64
  return {
    t: 'from',
    fed: readBytes(s['fed'], HASH_BYTES, HASH_BYTES, 'fed'),
    madeMs: readInteger(s['madeMs'], 0, Number.MAX_SAFE_INTEGER, 'madeMs'),
    sender,
    to: readInteger(s['to'], 0, UINT32_MAX, 'to'),
    roster: readRosterMark(s['roster']),
    ...(s['orders'] === undefined
      ? {}
      : { orders: readBytes(s['orders'], HASH_BYTES, HASH_BYTES, 'orders') }),
    heads: readArray(
      s['heads'],
      (digest) => readBytes(digest, HASH_BYTES, HASH_BYTES, 'digest'),
      HEADS_PARTS_MAX,
      'heads',
    ),
    signature: readBytes(s['signature'], signed, signed, 'signature'),
  }
}

function readHead(value: unknown): LogHead {
  const parts = readArray(value, (part) => part, 10, 'head')
  return {
    log: readLogKey(parts.slice(0, 3)),
    known: readPosition(parts[3], parts[4]),
    accepted: readPosition(parts[5], parts[6]),
    floor: readInteger(parts[7], 0, Number.MAX_SAFE_INTEGER, 'floor'),
    ...readFork(parts.slice(8)),
  }
}

function readPosition(seq: unknown, id: unknown): LogHead['known'] {
  const at = readInteger(seq, 0, Number.MAX_SAFE_INTEGER, 'seq')
  const length = at === 0 ? 0 : HASH_BYTES
  return { seq: at, id: readBytes(id, length, length, 'id') }
}

function readRow(value: unknown): Row {
  const parts = readArray(value, (part) => readText(part, ROW_TEXT_MAX, 'row'), 2, 'row')
  const [key, text] = parts
  if (key === undefined || text === undefined) throw new Error('row lacks a part')
  return [key, text]
}
