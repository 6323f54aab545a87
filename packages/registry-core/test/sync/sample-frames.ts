import type { Frame } from '../../src/sync/frame.ts'

const HASH = new Uint8Array(33).fill(1)
const REPORT = {
  digest: HASH,
  commits: 3,
  records: 2,
  problems: 1,
  conflicts: 0,
  waiting: 0,
  software: 'mulu 0.1.0',
  atMs: 1_700_000_000_000,
}
export const STATE = {
  roster: { version: 2, hash: HASH },
  known: [
    { group: '0/3', digest: HASH },
    { group: '1', digest: HASH },
    { group: 'l3.7', digest: HASH },
  ],
  accepted: [],
  orders: HASH,
  report: REPORT,
}
const HEAD = { log: { ns: 3, aud: [3, 7], writer: 9 }, known: { seq: 4, id: HASH } }
/** One of each frame. */
export const FRAMES: readonly Frame[] = [
  { t: 'hello', versions: [1], summary: { ...STATE, fed: HASH, addresses: ['/ip4/127.0.0.1'] } },
  {
    t: 'hello-ok',
    version: 1,
    summary: {
      fed: HASH,
      roster: { version: 0, hash: new Uint8Array() },
      known: [],
      accepted: [],
      orders: undefined,
      report: undefined,
      addresses: [],
    },
  },
  { t: 'roster-pull', from: 1 },
  { t: 'rosters', rosters: [new Uint8Array([1, 2])] },
  { t: 'profile-pull', hash: HASH },
  { t: 'profile', profile: new Uint8Array() },
  { t: 'marks-pull', from: 3, buckets: [{ bucket: 7, digest: HASH }] },
  {
    t: 'marks',
    marks: [
      { number: 0x80000000, id: HASH },
      { number: 0xffffffff, id: undefined },
    ],
    next: 9,
  },
  { t: 'orders-pull', numbers: [0x80000000] },
  { t: 'orders', orders: [new Uint8Array([4])] },
  { t: 'heads-pull', from: 0, buckets: [{ bucket: 7, digest: HASH }] },
  {
    t: 'heads',
    heads: [
      { ...HEAD, forkedAt: undefined, statements: undefined },
      { ...HEAD, forkedAt: 2, statements: undefined },
      { ...HEAD, forkedAt: 2, statements: HASH },
    ],
    next: 256,
  },
  { t: 'pull', log: { ns: 1, aud: 0, writer: 2 }, from: 5, max: 1_000 },
  { t: 'part-pull', log: { ns: 1, aud: 0, writer: 2 }, from: 5, max: 1_000, sum: HASH, at: 7 },
  {
    ...{ t: 'part-pull', log: { ns: 1, aud: 0, writer: 2 }, from: 5, max: 1_000 },
    ...{ sum: new Uint8Array(), at: 0 },
  },
  { t: 'part', sum: HASH, length: 900, at: 7, bytes: new Uint8Array([3]) },
  { t: 'commits', commits: [new Uint8Array([3])], more: true },
  { t: 'places-pull', log: { ns: 1, aud: 1, writer: 2 } },
  { t: 'places', places: [{ seq: 3, id: HASH }] },
  { t: 'statements-pull', log: { ns: 1, aud: 1, writer: 2 }, places: [{ seq: 3, id: HASH }] },
  { t: 'statements', commits: [new Uint8Array([3])] },
  { t: 'pull', log: { ns: 1, aud: 1, writer: 2 }, from: 5, max: 1_000, bodies: 'none' },
  { t: 'digest-pull', holds: { agencies: [3, 7], regions: ['44'] } },
  { t: 'digest', digest: HASH, accepted: HASH },
  { t: 'peers-pull' },
  { t: 'peers', peers: [{ peerId: '12D3KooWtest', addresses: ['/ip4/127.0.0.1'] }] },
  { t: 'ready' },
  { t: 'announce', ...STATE, heads: [{ ...HEAD, forkedAt: undefined, statements: undefined }] },
  { t: 'announce', ...STATE, heads: [], holds: { agencies: [], regions: [] } },
  { t: 'refuse', code: 'MULU_SYNC_ORDER', message: '' },
]
