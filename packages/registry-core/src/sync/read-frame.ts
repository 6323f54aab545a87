/** Reads frames; their form stands in the header of frame.ts. */
import { HASH_BYTES } from '../crypto.ts'
import {
  readArray,
  readBoolean,
  readBytes,
  readChoice,
  readInteger,
  readShape,
  readText,
  type Shape,
} from '../encoding/shape.ts'
import {
  COMMIT_BYTES_MAX,
  FRAME_BYTES_MAX,
  ORDER_BYTES_MAX,
  PROFILE_BYTES_MAX,
  ROSTER_BYTES_MAX,
} from '../limits.ts'
import type { LogPosition } from '../log/log.ts'
import { STATEMENTS_BEYOND_MAX } from '../snapshot/beyond-fork.ts'
import { readSubscription } from '../subscription/subscription.ts'
import type { BodiesAsked, BucketDigest, Frame } from './frame.ts'
import {
  readHead,
  readLogKey,
  readMark,
  readOrderNumber,
  readPeer,
  readPlace,
} from './frame-parts.ts'
import { readState, readSummary } from './summary.ts'
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
  'part-pull': [['log', 'from', 'max', 'bodies', 'sum', 'at'], readPartPull],
  part: [['sum', 'length', 'at', 'bytes'], readPart],
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
  'digest-pull': [['holds'], (s) => ({ t: 'digest-pull', holds: readSubscription(s['holds']) })],
  digest: [
    ['digest', 'accepted'],
    (s) => ({
      t: 'digest',
      ...(s['digest'] === undefined
        ? {}
        : { digest: readBytes(s['digest'], HASH_BYTES, HASH_BYTES, 'digest') }),
      accepted: readBytes(s['accepted'], HASH_BYTES, HASH_BYTES, 'accepted'),
    }),
  ],
  ready: [[], () => ({ t: 'ready' })],
  announce: [
    ['roster', 'known', 'accepted', 'orders', 'heads', 'report', 'holds'],
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

/** Reads a frame out of decoded bytes; throws when it is none. */
export function readFrame(value: unknown): Frame {
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

function readPartPull(s: Shape): Frame {
  const at = readInteger(s['at'], 0, COMMIT_BYTES_MAX, 'at')
  const sumBytes = at === 0 ? 0 : HASH_BYTES
  return {
    t: 'part-pull',
    log: readLogKey(s['log']),
    from: readInteger(s['from'], 1, Number.MAX_SAFE_INTEGER, 'from'),
    max: readInteger(s['max'], 1, PULL_BYTES_MAX, 'max'),
    ...readBodies(s['bodies']),
    sum: readBytes(s['sum'], sumBytes, sumBytes, 'sum'),
    at,
  }
}

function readPart(s: Shape): Frame {
  return {
    t: 'part',
    sum: readBytes(s['sum'], HASH_BYTES, HASH_BYTES, 'sum'),
    length: readInteger(s['length'], 1, COMMIT_BYTES_MAX, 'length'),
    at: readInteger(s['at'], 0, COMMIT_BYTES_MAX, 'at'),
    bytes: readBytes(s['bytes'], 1, PULL_BYTES_MAX, 'bytes'),
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

const BODIES_ASKED: readonly BodiesAsked[] = ['held', 'live', 'none']

function readBodies(value: unknown): { readonly bodies?: BodiesAsked } {
  if (value === undefined) return {}
  return { bodies: readChoice(value, BODIES_ASKED, 'bodies') }
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
