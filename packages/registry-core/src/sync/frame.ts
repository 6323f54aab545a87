/**
 * The frames of `/mulu/sync/1`. Each is one deterministic CBOR map with the key `t` and the keys
 * of its row, at most FRAME_BYTES_MAX long, sent behind its length as an unsigned varint.
 * Whoever opens a stream is its requester, the other side its responder: one request at a time,
 * and one frame answers it. Each side opens a stream of its own, so neither waits for the other.
 *
 * request       keys                         answer
 * hello         versions, summary            hello-ok; the first frame of a stream
 * roster-pull   from: version                rosters
 * profile-pull  hash                         profile
 * marks-pull    from: bucket,                marks; from version 2 on, as all of orders
 *               buckets: [[bucket, digest] …]
 * orders-pull   numbers                      orders
 * heads-pull    from: bucket,                heads
 *               buckets: [[bucket, digest] …]
 * pull          log, from: seq, max: bytes,  commits
 *               bodies?: held | live         2; without it all bodies, up to where one is absent
 * places-pull   log                          places
 * statements-pull   log, places              statements
 * peers-pull                                 peers
 * ready                                      none; the next announce may come
 *
 * answer        keys
 * hello-ok      version, summary
 * rosters       rosters: [bytes …]           consecutive versions from the one asked for
 * profile       profile: bytes               empty when it is not here
 * marks         marks: [mark …],             of the buckets that differ, ascending
 *               next: bucket                 256 when all buckets are answered
 * orders        orders: [bytes …]            those of the numbers asked for, as many as fit
 * heads         heads: [head …],             of the buckets that differ
 *               next: bucket                 256 when all buckets are answered
 * commits       commits: [bytes …], more     consecutive commits of the one log asked for
 * places        places: [[seq, id] …]        of the snapshots and receipts that count beyond the
 *                                            fork of the log asked for, ascending
 * statements    commits: [bytes …]           those of the places asked for that are here
 * peers         peers: [[peer id, [address …]] …]
 *
 * at any time   keys
 * announce      roster, known, accepted,     responder to requester; one, then none until the
 *               orders?, heads: [head …],    next request has come
 *               report?
 * refuse        code, message                either side; the stream then ends
 *
 * summary   {fed, roster: [version, hash], known, accepted, orders?, report?, addresses: [text …],
 *            archive?}; archive, 2: whether all bodies up to the accepted heads are here, and stay
 *           version 0 with an empty hash: no roster yet, only the pinned federation
 * orders    the digest over the orders of agencies; only of a responder, once the version is agreed
 * mark      [number] of a writer by order that several orders have, [number, id] of one
 * known, accepted   [[group, digest] …] ascending, only groups of logs that both may hold
 * group     logs of one audience: `1`, `0/<namespace>`, or a list audience such as `l3.7`
 * head      [ns, aud, writer, seq, id, forkedAt?, statements?]; statements: the digest over the
 *           places beyond the fork, where there are any (snapshot/beyond-fork.ts)
 * bucket    0 to 255: the XOR of the four bytes of FNV-1a (32 bit) over the text of the log; of a
 *           mark, the lowest byte of its number, XOR the same of its number shifted by ten bits
 * report    see report.ts
 *
 * Versioning: `hello` offers versions; `hello-ok` names the highest that both speak. A later
 * version may add frames and keys, never change the meaning of a key here; what it added is sent
 * only where it is spoken. Version 2 added orders, and the marked keys: bodies that are superseded
 * may be left out (pruning/superseded.ts), and an answer to hello says whether its node keeps all.
 */

import { HASH_BYTES, type Hash } from '../crypto.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import {
  readArray,
  readBoolean,
  readBytes,
  readInteger,
  readShape,
  readText,
  type Shape,
} from '../encoding/shape.ts'
import { MuluError } from '../errors.ts'
import { FRAME_BYTES_MAX, ORDER_BYTES_MAX, PROFILE_BYTES_MAX, ROSTER_BYTES_MAX } from '../limits.ts'
import type { LogKey, LogPosition } from '../log/log.ts'
import { markToCbor, type OrderMark } from '../roster/order-marks.ts'
import { STATEMENTS_BEYOND_MAX } from '../snapshot/beyond-fork.ts'
import {
  type HeadNote,
  headToCbor,
  logToCbor,
  type PeerAddresses,
  placeToCbor,
  readHead,
  readLogKey,
  readMark,
  readOrderNumber,
  readPeer,
  readPlace,
} from './frame-parts.ts'
import {
  readState,
  readSummary,
  type Stand,
  type Summary,
  stateToCbor,
  summaryToCbor,
} from './summary.ts'
import {
  ANNOUNCED_HEADS_MAX,
  BUCKETS,
  COMMITS_MAX,
  HEADS_MAX,
  ORDER_MARKS_MAX,
  ORDERS_IN_FRAME_MAX,
  PEERS_MAX,
  PULL_BYTES_MAX,
  ROSTERS_MAX,
  VERSIONS_MAX,
} from './sync-limits.ts'

/** What a requester sends. */
export type Request =
  | { readonly t: 'hello'; readonly versions: readonly number[]; readonly summary: Summary }
  | { readonly t: 'roster-pull'; readonly from: number }
  | { readonly t: 'profile-pull'; readonly hash: Hash }
  | {
      readonly t: 'marks-pull'
      readonly from: number
      readonly buckets: readonly BucketDigest[]
    }
  | { readonly t: 'orders-pull'; readonly numbers: readonly number[] }
  | {
      readonly t: 'heads-pull'
      readonly from: number
      readonly buckets: readonly BucketDigest[]
    }
  | {
      readonly t: 'pull'
      readonly log: LogKey
      readonly from: number
      readonly max: number
      readonly bodies?: BodiesAsked | undefined
    }
  | { readonly t: 'places-pull'; readonly log: LogKey }
  | {
      readonly t: 'statements-pull'
      readonly log: LogKey
      readonly places: readonly LogPosition[]
    }
  | { readonly t: 'peers-pull' }
  | { readonly t: 'ready' }

/**
 * Which bodies a pull asks for where not all have to come: those that the peer holds, or of these
 * the ones that are not superseded.
 */
export type BodiesAsked = 'held' | 'live'

/** What a responder sends. */
export type Response =
  | { readonly t: 'hello-ok'; readonly version: number; readonly summary: Summary }
  | { readonly t: 'rosters'; readonly rosters: readonly Uint8Array[] }
  | { readonly t: 'profile'; readonly profile: Uint8Array }
  | { readonly t: 'marks'; readonly marks: readonly OrderMark[]; readonly next: number }
  | { readonly t: 'orders'; readonly orders: readonly Uint8Array[] }
  | { readonly t: 'heads'; readonly heads: readonly HeadNote[]; readonly next: number }
  | Commits
  | { readonly t: 'places'; readonly places: readonly LogPosition[] }
  | { readonly t: 'statements'; readonly commits: readonly Uint8Array[] }
  | { readonly t: 'peers'; readonly peers: readonly PeerAddresses[] }
  | Announce

/** Consecutive commits of the log asked for, and whether there are more after them. */
export type Commits = {
  readonly t: 'commits'
  readonly commits: readonly Uint8Array[]
  readonly more: boolean
}

/** News of a responder. */
export type Announce = Stand & { readonly t: 'announce'; readonly heads: readonly HeadNote[] }

/** Why a side ends the stream. */
export type Refuse = { readonly t: 'refuse'; readonly code: string; readonly message: string }

/** Any frame. */
export type Frame = Request | Response | Refuse

/** The digest over the heads, or the marks of orders, in one bucket. */
export type BucketDigest = { readonly bucket: number; readonly digest: Hash }

/** A frame as bytes; MULU_LIMIT when it does not fit. */
export function encodeFrame(frame: Frame): Uint8Array {
  const bytes = encodeCbor(frameToCbor(frame))
  if (bytes.length > FRAME_BYTES_MAX) {
    throw new MuluError('MULU_LIMIT', { details: { frame: frame.t, bytesMax: FRAME_BYTES_MAX } })
  }
  return bytes
}

/** Reads a frame; MULU_SYNC_FRAME unless the bytes are exactly one. */
export function decodeFrame(bytes: Uint8Array): Frame {
  try {
    if (bytes.length > FRAME_BYTES_MAX) throw new Error('frame is over the limit')
    return readFrame(decodeCbor(bytes))
  } catch (cause) {
    throw new MuluError('MULU_SYNC_FRAME', { cause, details: { reason: String(cause) } })
  }
}

function frameToCbor(frame: Frame): CborValue {
  switch (frame.t) {
    case 'hello':
      return { ...frame, summary: summaryToCbor(frame.summary) }
    case 'hello-ok':
      return { ...frame, summary: summaryToCbor(frame.summary) }
    case 'marks-pull':
    case 'heads-pull':
      return { ...frame, buckets: frame.buckets.map((b) => [b.bucket, b.digest]) }
    case 'pull':
    case 'places-pull':
      return { ...frame, log: logToCbor(frame.log) }
    case 'statements-pull':
      return { ...frame, log: logToCbor(frame.log), places: frame.places.map(placeToCbor) }
    case 'places':
      return { t: 'places', places: frame.places.map(placeToCbor) }
    case 'marks':
      return { ...frame, marks: frame.marks.map(markToCbor) }
    case 'heads':
      return { ...frame, heads: frame.heads.map(headToCbor) }
    case 'peers':
      return { t: 'peers', peers: frame.peers.map((p) => [p.peerId, p.addresses]) }
    case 'announce':
      return {
        t: 'announce',
        ...stateToCbor(frame),
        heads: frame.heads.map(headToCbor),
      }
    default:
      return frame
  }
}

type Reader = (shape: Shape) => Frame

const READERS: Readonly<Record<Frame['t'], readonly [keys: readonly string[], read: Reader]>> = {
  hello: [['versions', 'summary'], readHello],
  'hello-ok': [
    ['version', 'summary'],
    (s) => ({
      t: 'hello-ok',
      version: readInteger(s['version'], 1, 0xffff, 'version'),
      summary: readSummary(s['summary']),
    }),
  ],
  'roster-pull': [
    ['from'],
    (s) => ({ t: 'roster-pull', from: readInteger(s['from'], 1, 0xffffffff, 'from') }),
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
  'profile-pull': [
    ['hash'],
    (s) => ({ t: 'profile-pull', hash: readBytes(s['hash'], HASH_BYTES, HASH_BYTES, 'hash') }),
  ],
  profile: [
    ['profile'],
    (s) => ({ t: 'profile', profile: readBytes(s['profile'], 0, PROFILE_BYTES_MAX, 'profile') }),
  ],
  'marks-pull': [['from', 'buckets'], (s) => ({ t: 'marks-pull', ...readCompared(s) })],
  marks: [
    ['marks', 'next'],
    (s) => ({
      t: 'marks',
      marks: readArray(s['marks'], readMark, ORDER_MARKS_MAX, 'marks'),
      next: readNext(s),
    }),
  ],
  'orders-pull': [
    ['numbers'],
    (s) => ({
      t: 'orders-pull',
      numbers: readArray(s['numbers'], readOrderNumber, ORDERS_IN_FRAME_MAX, 'numbers'),
    }),
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
  'heads-pull': [['from', 'buckets'], (s) => ({ t: 'heads-pull', ...readCompared(s) })],
  heads: [
    ['heads', 'next'],
    (s) => ({
      t: 'heads',
      heads: readArray(s['heads'], readHead, HEADS_MAX, 'heads'),
      next: readNext(s),
    }),
  ],
  pull: [
    ['log', 'from', 'max', 'bodies'],
    (s) => ({
      t: 'pull',
      log: readLogKey(s['log']),
      from: readInteger(s['from'], 1, Number.MAX_SAFE_INTEGER, 'from'),
      max: readInteger(s['max'], 1, PULL_BYTES_MAX, 'max'),
      ...readBodies(s['bodies']),
    }),
  ],
  commits: [
    ['commits', 'more'],
    (s) => ({ t: 'commits', commits: readCommits(s), more: readBoolean(s['more'], 'more') }),
  ],
  'places-pull': [['log'], (s) => ({ t: 'places-pull', log: readLogKey(s['log']) })],
  places: [['places'], (s) => ({ t: 'places', places: readPlaces(s) })],
  'statements-pull': [
    ['log', 'places'],
    (s) => ({ t: 'statements-pull', log: readLogKey(s['log']), places: readPlaces(s) }),
  ],
  statements: [['commits'], (s) => ({ t: 'statements', commits: readCommits(s) })],
  'peers-pull': [[], () => ({ t: 'peers-pull' })],
  peers: [
    ['peers'],
    (s) => ({ t: 'peers', peers: readArray(s['peers'], readPeer, PEERS_MAX, 'peers') }),
  ],
  ready: [[], () => ({ t: 'ready' })],
  announce: [
    ['roster', 'known', 'accepted', 'orders', 'heads', 'report'],
    (s) => ({
      t: 'announce',
      ...readState(s),
      heads: readArray(s['heads'], readHead, ANNOUNCED_HEADS_MAX, 'heads'),
    }),
  ],
  refuse: [
    ['code', 'message'],
    (s) => ({
      t: 'refuse',
      code: readText(s['code'], 64, 'code'),
      message: readText(s['message'], 500, 'message'),
    }),
  ],
}

function readFrame(value: unknown): Frame {
  const t = (value as Shape | null)?.['t']
  const row = Object.entries(READERS).find(([name]) => name === t)?.[1]
  if (row === undefined) throw new Error('frame of an unknown type')
  return row[1](readShape(value, ['t', ...row[0]], 'frame'))
}

function readHello(s: Shape): Frame {
  return {
    t: 'hello',
    versions: readArray(
      s['versions'],
      (version) => readInteger(version, 1, 0xffff, 'version'),
      VERSIONS_MAX,
      'versions',
    ),
    summary: readSummary(s['summary']),
  }
}

function readCommits(s: Shape): readonly Uint8Array[] {
  return readArray(
    s['commits'],
    (bytes) => readBytes(bytes, 1, FRAME_BYTES_MAX, 'commit'),
    COMMITS_MAX,
    'commits',
  )
}

function readBodies(value: unknown): { readonly bodies?: BodiesAsked } {
  if (value === undefined) return {}
  if (value !== 'held' && value !== 'live') throw new Error('bodies are asked for otherwise')
  return { bodies: value }
}

function readPlaces(s: Shape): readonly LogPosition[] {
  return readArray(s['places'], readPlace, STATEMENTS_BEYOND_MAX, 'places')
}

function readCompared(s: Shape): {
  readonly from: number
  readonly buckets: readonly BucketDigest[]
} {
  return {
    from: readInteger(s['from'], 0, BUCKETS - 1, 'from'),
    buckets: readArray(s['buckets'], readBucket, BUCKETS, 'buckets'),
  }
}

function readNext(s: Shape): number {
  return readInteger(s['next'], 1, BUCKETS, 'next')
}

function readBucket(value: unknown): BucketDigest {
  const [bucket, digest, ...rest] = readArray(value, (part) => part, 2, 'bucket')
  if (rest.length > 0) throw new Error('bucket has too many parts')
  return {
    bucket: readInteger(bucket, 0, BUCKETS - 1, 'bucket'),
    digest: readBytes(digest, HASH_BYTES, HASH_BYTES, 'digest'),
  }
}
