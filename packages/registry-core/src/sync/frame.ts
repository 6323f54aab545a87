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
 *               bodies?: held | live | none  2, none 3; without it all, up to where one is absent
 * part-pull     log, from, max, bodies?,     part, where the next commit alone is longer than max
 *               sum, at: bytes               or `at` bytes of it are there; else commits. Version 2
 * places-pull   log                          places
 * statements-pull   log, places              statements
 * digest-pull   holds                        digest; version 3
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
 * part          sum, length, at, bytes       of the wire form of one commit: its hash and length, and
 *                                            max bytes of it from the offset `at` on
 * places        places: [[seq, id] …]        of the snapshots and receipts that count beyond the
 *                                            fork of the log asked for, ascending
 * statements    commits: [bytes …]           those of the places asked for that are here
 * digest        digest?, accepted            the catalogue digest over what was named, unless not all
 *                                            of that is here; and that over the accepted heads
 * peers         peers: [[peer id, [address …]] …]
 *
 * at any time   keys
 * announce      roster, known, accepted,     responder to requester; one, then none until the
 *               orders?, heads: [head …],    next request has come
 *               report?, holds?
 * refuse        code, message                either side; the stream then ends (versions.ts for the
 *                                            message where no version is shared)
 *
 * summary   {fed, roster: [version, hash], known, accepted, orders?, report?, addresses: [text …],
 *            archive?, holds?}; archive, 2: whether all bodies up to the accepted heads are here,
 *           and stay; holds, 3: of a node that holds a part (subscription/subscription.ts); headers
 *           it has of all. Its report is over that part, and is told from version 3 on
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
 * Version 3 added what is marked 3: nodes that hold a part, and headers that travel alone.
 */

import type { Hash } from '../crypto.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../encoding/cbor.ts'
import { MuluError } from '../errors.ts'
import { FRAME_BYTES_MAX } from '../limits.ts'
import type { LogKey, LogPosition } from '../log/log.ts'
import { markToCbor, type OrderMark } from '../roster/order-marks.ts'
import { type Subscription, subscriptionToCbor } from '../subscription/subscription.ts'
import {
  type HeadNote,
  headToCbor,
  logToCbor,
  type PeerAddresses,
  placeToCbor,
} from './frame-parts.ts'
import { readFrame } from './read-frame.ts'
import { type Stand, type Summary, stateToCbor, summaryToCbor } from './summary.ts'

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
  | {
      readonly t: 'part-pull'
      readonly log: LogKey
      readonly from: number
      readonly max: number
      readonly bodies?: BodiesAsked | undefined
      /** The hash of the commit of which `at` bytes have come; empty for none. */
      readonly sum: Hash
      readonly at: number
    }
  | { readonly t: 'places-pull'; readonly log: LogKey }
  | {
      readonly t: 'statements-pull'
      readonly log: LogKey
      readonly places: readonly LogPosition[]
    }
  | { readonly t: 'digest-pull'; readonly holds: Subscription }
  | { readonly t: 'peers-pull' }
  | { readonly t: 'ready' }

/**
 * Which bodies a pull asks for where not all have to come: those that the peer holds, of these the
 * ones that are not superseded, or none, where they are not held here.
 */
export type BodiesAsked = 'held' | 'live' | 'none'

/** What a responder sends. */
export type Response =
  | { readonly t: 'hello-ok'; readonly version: number; readonly summary: Summary }
  | { readonly t: 'rosters'; readonly rosters: readonly Uint8Array[] }
  | { readonly t: 'profile'; readonly profile: Uint8Array }
  | { readonly t: 'marks'; readonly marks: readonly OrderMark[]; readonly next: number }
  | { readonly t: 'orders'; readonly orders: readonly Uint8Array[] }
  | { readonly t: 'heads'; readonly heads: readonly HeadNote[]; readonly next: number }
  | Commits
  | Part
  | { readonly t: 'places'; readonly places: readonly LogPosition[] }
  | { readonly t: 'statements'; readonly commits: readonly Uint8Array[] }
  | {
      readonly t: 'digest'
      readonly digest?: Hash | undefined
      readonly accepted: Hash
    }
  | { readonly t: 'peers'; readonly peers: readonly PeerAddresses[] }
  | Announce

/** Consecutive commits of the log asked for, and whether there are more after them. */
export type Commits = {
  readonly t: 'commits'
  readonly commits: readonly Uint8Array[]
  readonly more: boolean
}

/** Bytes of the wire form of one commit from an offset on. */
export type Part = {
  readonly t: 'part'
  readonly sum: Hash
  readonly length: number
  readonly at: number
  readonly bytes: Uint8Array
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
    case 'part-pull':
    case 'places-pull':
      return { ...frame, log: logToCbor(frame.log) }
    case 'digest-pull':
      return { ...frame, holds: subscriptionToCbor(frame.holds) }
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
