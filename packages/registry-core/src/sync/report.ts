/** What a node says of itself to its neighbours: counts and the digest of its catalogue. */
import { HASH_BYTES, type Hash } from '../crypto.ts'
import type { CborValue } from '../encoding/cbor.ts'
import { readBytes, readInteger, readShape, readText } from '../encoding/shape.ts'

/** A node's own account of its replica; a statement, not a proof. */
export type NodeReport = {
  /** The catalogue digest. */
  readonly digest: Hash
  readonly commits: number
  readonly records: number
  readonly problems: number
  readonly conflicts: number
  readonly waiting: number
  /** Name and version of the software. */
  readonly software: string
  /** When the node counted, by its own clock. */
  readonly atMs: number
}

const KEYS = [
  'digest',
  'commits',
  'records',
  'problems',
  'conflicts',
  'waiting',
  'software',
  'atMs',
] as const
const SOFTWARE_TEXT_MAX = 64

/** A report as CBOR. */
export function reportToCbor(report: NodeReport): CborValue {
  return { ...report }
}

/** Reads a report out of decoded bytes; throws when it is none. */
export function readReport(value: unknown): NodeReport {
  const s = readShape(value, KEYS, 'report')
  return {
    digest: readBytes(s['digest'], HASH_BYTES, HASH_BYTES, 'digest'),
    commits: readCount(s['commits'], 'commits'),
    records: readCount(s['records'], 'records'),
    problems: readCount(s['problems'], 'problems'),
    conflicts: readCount(s['conflicts'], 'conflicts'),
    waiting: readCount(s['waiting'], 'waiting'),
    software: readText(s['software'], SOFTWARE_TEXT_MAX, 'software'),
    atMs: readCount(s['atMs'], 'atMs'),
  }
}

function readCount(value: unknown, what: string): number {
  return readInteger(value, 0, Number.MAX_SAFE_INTEGER, what)
}

/** Whether two reports say the same, whenever they were made. */
export function isSameReport(a: NodeReport | undefined, b: NodeReport | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return KEYS.every((key) => key === 'atMs' || String(a[key]) === String(b[key]))
}
