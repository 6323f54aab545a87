/** Parts that several frames share; their form stands in the header of frame.ts. */
import { isAudienceWithinLimits, readAudience } from '../commit/audience.ts'
import { HASH_BYTES, type Hash } from '../crypto.ts'
import type { CborValue } from '../encoding/cbor.ts'
import { readArray, readBytes, readInteger, readText } from '../encoding/shape.ts'
import type { LogKey, LogPosition } from '../log/log.ts'
import { ORDERED_WRITERS_FROM } from '../roster/administrators.ts'
import type { OrderMark } from '../roster/order-marks.ts'
import { ADDRESS_TEXT_MAX, ADDRESSES_MAX, GROUPS_MAX } from './sync-limits.ts'

/** Which roster a side stands on; version 0 and no hash before the first. */
export type RosterMark = { readonly version: number; readonly hash: Hash }

/** The digest over the heads of one group of logs. */
export type GroupDigest = { readonly group: string; readonly digest: Hash }

/** What a side says of one log. */
export type HeadNote = {
  readonly log: LogKey
  readonly known: LogPosition
  readonly forkedAt: number | undefined
  /** The digest over what counts beyond the fork; only of forked logs. */
  readonly statements: Hash | undefined
}

/** A peer and where it can be reached. */
export type PeerAddresses = {
  readonly peerId: string
  readonly addresses: readonly string[]
}

const UINT32_MAX = 0xffffffff
const PEER_ID_TEXT_MAX = 128
const PEER_ID_TEXT_MIN = 8
const GROUP_TEXT_MAX = 256

/** A log key as CBOR. */
export function logToCbor(log: LogKey): CborValue {
  return [log.ns, audienceToCbor(log.aud), log.writer]
}

/** A head as CBOR. */
export function headToCbor(head: HeadNote): CborValue {
  const { log, known, forkedAt, statements } = head
  const base = [log.ns, audienceToCbor(log.aud), log.writer, known.seq, known.id]
  return [...base, ...forkToCbor(forkedAt, statements)]
}

/** What a head says of a fork, at its end; nothing of a log that has none. */
export function forkToCbor(
  forkedAt: number | undefined,
  statements: Hash | undefined,
): readonly CborValue[] {
  if (forkedAt === undefined) return []
  return statements === undefined ? [forkedAt] : [forkedAt, statements]
}

/** Reads what a head says of a fork out of its last parts; throws when it is none. */
export function readFork(parts: readonly unknown[]): Pick<HeadNote, 'forkedAt' | 'statements'> {
  const [forkedAt, statements] = parts
  return {
    forkedAt:
      parts.length < 1 ? undefined : readInteger(forkedAt, 1, Number.MAX_SAFE_INTEGER, 'forkedAt'),
    statements:
      parts.length < 2 ? undefined : readBytes(statements, HASH_BYTES, HASH_BYTES, 'statements'),
  }
}

function audienceToCbor(aud: LogKey['aud']): CborValue {
  return typeof aud === 'number' ? aud : [...aud]
}

/** Reads a log key out of decoded bytes; throws when it is none. */
export function readLogKey(value: unknown): LogKey {
  const parts = readArray(value, (part) => part, 3, 'log')
  const aud = readAudience(parts[1])
  if (!isAudienceWithinLimits(aud)) throw new Error('aud is over the limit')
  return {
    ns: readInteger(parts[0], 1, UINT32_MAX, 'ns'),
    aud,
    writer: readInteger(parts[2], 1, UINT32_MAX, 'writer'),
  }
}

/** Reads a head out of decoded bytes; throws when it is none. */
export function readHead(value: unknown): HeadNote {
  const parts = readArray(value, (part) => part, 7, 'head')
  const seq = readInteger(parts[3], 0, Number.MAX_SAFE_INTEGER, 'seq')
  const idBytes = seq === 0 ? 0 : HASH_BYTES
  return {
    log: readLogKey(parts.slice(0, 3)),
    known: { seq, id: readBytes(parts[4], idBytes, idBytes, 'id') },
    ...readFork(parts.slice(5)),
  }
}

/** A position and the commit there as CBOR. */
export function placeToCbor({ seq, id }: LogPosition): CborValue {
  return [seq, id]
}

/** Reads a position and the commit there out of decoded bytes; throws when they are none. */
export function readPlace(value: unknown): LogPosition {
  const parts = readArray(value, (part) => part, 2, 'place')
  return {
    seq: readInteger(parts[0], 1, Number.MAX_SAFE_INTEGER, 'seq'),
    id: readBytes(parts[1], HASH_BYTES, HASH_BYTES, 'id'),
  }
}

/** Reads a roster's version and hash out of decoded bytes; throws when they are none. */
export function readRosterMark(value: unknown): RosterMark {
  const parts = readArray(value, (part) => part, 2, 'roster')
  const version = readInteger(parts[0], 0, UINT32_MAX, 'roster version')
  const hashBytes = version === 0 ? 0 : HASH_BYTES
  return { version, hash: readBytes(parts[1], hashBytes, hashBytes, 'roster hash') }
}

/** Reads digests by group, groups strictly ascending; throws when they are none. */
export function readDigests(value: unknown): readonly GroupDigest[] {
  const digests = readArray(value, readGroupDigest, GROUPS_MAX, 'digests')
  for (const [index, { group }] of digests.entries()) {
    const before = digests[index - 1]
    if (before !== undefined && group <= before.group) throw new Error('groups are not ascending')
  }
  return digests
}

function readGroupDigest(value: unknown): GroupDigest {
  const parts = readArray(value, (part) => part, 2, 'group')
  return {
    group: readText(parts[0], GROUP_TEXT_MAX, 'group'),
    digest: readBytes(parts[1], HASH_BYTES, HASH_BYTES, 'digest'),
  }
}

/** Reads a peer out of decoded bytes; throws when it is none. */
export function readPeer(value: unknown): PeerAddresses {
  const parts = readArray(value, (part) => part, 2, 'peer')
  const peerId = readText(parts[0], PEER_ID_TEXT_MAX, 'peer id')
  if (peerId.length < PEER_ID_TEXT_MIN) throw new Error('peer id is too short')
  return { peerId, addresses: readAddresses(parts[1]) }
}

/** Reads addresses out of decoded bytes; throws when they are none. */
export function readAddresses(value: unknown): readonly string[] {
  return readArray(
    value,
    (address) => readText(address, ADDRESS_TEXT_MAX, 'address'),
    ADDRESSES_MAX,
    'addresses',
  )
}

/** Reads the mark of a number that orders have; throws when it is none. */
export function readMark(value: unknown): OrderMark {
  const parts = readArray(value, (part) => part, 2, 'mark')
  const id =
    parts.length < 2 ? undefined : readBytes(parts[1], HASH_BYTES, HASH_BYTES, 'id of an order')
  return { number: readOrderNumber(parts[0]), id }
}

/** Reads a number that orders can have; throws when it is none. */
export function readOrderNumber(value: unknown): number {
  return readInteger(value, ORDERED_WRITERS_FROM, UINT32_MAX, 'number of an order')
}
