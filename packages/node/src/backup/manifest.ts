/**
 * A folder of backups: chains, each of a whole part and of parts that hold what was new after it.
 *
 * chain-0001/
 *   part-0001-1f3a9c20.backup  a bundle for oneself; the end of the name begins its hash
 *   part-0001.json             its manifest, written last: without it the part does not count
 *   part-0002-….backup         …
 *
 * A manifest is JSON with the keys below. `sum` is the SHA-256 of all others as canonical JSON, and
 * `predecessor` the sum of the manifest before, so that none can be left out, exchanged or altered
 * without being seen. Manifests are readable also where the parts are encrypted.
 */
import { createHash } from 'node:crypto'
import { canonicalJson, MuluError } from '@mulu/registry-core'
import { Ajv } from 'ajv'

/** What is known of one part from outside. */
export type Manifest = {
  readonly format: typeof FORMAT
  /** Random, alike in all parts of a chain. */
  readonly chain: string
  /** From 1. */
  readonly part: number
  /** The sum of the manifest before; null for the first part. */
  readonly predecessor: string | null
  readonly federation: string
  /** Code of the agency and name of the office whose node it is. */
  readonly node: { readonly agency: string; readonly office: string; readonly writer: number }
  readonly made: string
  readonly software: string
  readonly file: string
  readonly bytes: number
  /** SHA-256 of the file, hex. */
  readonly sha256: string
  readonly encrypted: boolean
  readonly commits: number
  /** SHA-256 over the digests of the heads that stand in the part, hex. */
  readonly heads: string
  /** The digest of the catalogue that it restores to; null where something was not there. */
  readonly digest: string | null
  /** Orders of erasure that had been carried out, by id. */
  readonly erased: readonly string[]
  /** SHA-256 of what the part says of the node's state, hex: the same where nothing has changed. */
  readonly state: string
  readonly sum: string
}

const FORMAT = 'mulu-backup/1'
/** Parts of a chain; a new one is begun after so many. */
export const PARTS_MAX = 1_000
const MANIFEST_NAME = /^part-(\d{4})\.json$/
const CHAIN_NAME = /^chain-(\d{4,9})$/
const HASH_CHARS = 8

const HEX = { type: 'string', pattern: '^[0-9a-f]{64}$' }
const COUNT = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
const TEXT = { type: 'string', maxLength: 256 }
const isManifest = new Ajv().compile<Manifest>({
  type: 'object',
  additionalProperties: false,
  required: [
    ...['format', 'chain', 'part', 'predecessor', 'federation', 'node', 'made', 'software', 'file'],
    ...['bytes', 'sha256', 'encrypted', 'commits', 'heads', 'digest', 'erased', 'state', 'sum'],
  ],
  properties: {
    format: { const: FORMAT },
    chain: { type: 'string', pattern: '^[0-9a-f]{32}$' },
    part: { type: 'integer', minimum: 1, maximum: PARTS_MAX },
    predecessor: { anyOf: [HEX, { type: 'null' }] },
    federation: TEXT,
    node: {
      type: 'object',
      additionalProperties: false,
      required: ['agency', 'office', 'writer'],
      properties: { agency: TEXT, office: TEXT, writer: COUNT },
    },
    made: { type: 'string', maxLength: 32 },
    software: TEXT,
    file: { type: 'string', pattern: '^part-\\d{4}-[0-9a-f]{8}\\.backup$' },
    bytes: COUNT,
    sha256: HEX,
    encrypted: { type: 'boolean' },
    commits: COUNT,
    heads: HEX,
    digest: { anyOf: [TEXT, { type: 'null' }] },
    erased: { type: 'array', items: TEXT },
    state: HEX,
    sum: HEX,
  },
})

/** A manifest with its sum. */
export function sealManifest(content: Omit<Manifest, 'format' | 'sum'>): Manifest {
  const whole = { format: FORMAT, ...content } as const
  return { ...whole, sum: sumOf(whole) }
}

/** Reads a manifest; MULU_BACKUP_ALTERED unless it is one, as it was written. */
export function parseManifest(text: string, file: string): Manifest {
  const value = parse(text)
  if (isManifest(value)) {
    const { sum, ...content } = value
    if (sum === sumOf(content)) return value
  }
  const reason = 'The manifest is not as it was written.'
  throw new MuluError('MULU_BACKUP_ALTERED', { details: { file, reason } })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON is no manifest.
    return undefined
  }
}

function sumOf(content: Omit<Manifest, 'sum'>): string {
  return sha256(canonicalJson({ ...content, node: { ...content.node } }))
}

/** SHA-256 of a text or bytes, hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** The name of the manifest of a part. */
export function manifestName(part: number): string {
  return `part-${fourDigits(part)}.json`
}

/** The name of the file of a part with this hash. */
export function partName(part: number, hash: string): string {
  return `part-${fourDigits(part)}-${hash.slice(0, HASH_CHARS)}.backup`
}

/** The name of the folder of a chain. */
export function chainName(ordinal: number): string {
  return `chain-${fourDigits(ordinal)}`
}

/** The number of the part whose manifest has this name, or undefined. */
export function partOfName(name: string): number | undefined {
  return numberIn(MANIFEST_NAME, name)
}

/** The number of the chain whose folder has this name, or undefined. */
export function ordinalOfName(name: string): number | undefined {
  return numberIn(CHAIN_NAME, name)
}

function numberIn(pattern: RegExp, name: string): number | undefined {
  const digits = pattern.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function fourDigits(value: number): string {
  return String(value).padStart(4, '0')
}
