/**
 * Reads a feed: tells its format, turns each record into a candidate, and names each bad one.
 * A feed that as a whole is no feed is refused by MuluError; one bad record never stops the rest.
 *
 * | format | told by |
 * |---|---|
 * | dcat-us | one JSON object with `dataset` |
 * | mulu-jsonl | lines with `id`, `kind`, `fields` |
 * | cn-portals | lines with `id`, `link`, `catalog_type` |
 */
import { utf8Length } from '../encoding/bytes.ts'
import { isJsonObject, type JsonValue } from '../encoding/json.ts'
import { MuluError } from '../errors.ts'
import { FEED_BYTES_MAX } from '../limits.ts'
import { BadRecord, type Candidate, type FeedError, type FeedFormat } from './candidate.ts'
import { checkFields } from './check-candidate.ts'
import { portalToFields } from './cn-portals.ts'
import { datasetToFields } from './dcat-us.ts'
import { extraName } from './extra-path.ts'
import { type FeedItem, linesToItems, textToDatasets } from './feed-items.ts'
import { type HashBytes, harvestLocal } from './local-id.ts'
import { lineToCandidate } from './mulu-jsonl.ts'
import { member, readIdentifier, wrongType } from './read-member.ts'

/** One record of a feed: a good one, or a bad one by name. */
export type FeedEntry = { readonly candidate: Candidate } | { readonly error: FeedError }

/** What a feed holds: its format, how many records, and each of them once it is asked for. */
export type Feed = {
  readonly format: FeedFormat
  readonly total: number
  readonly entries: () => Iterable<FeedEntry>
}

/** SHA-256, and the name of the source that ids are made from (else the format's). */
export type FeedOptions = { readonly hash: HashBytes; readonly source?: string }

const KIND_BY_FORMAT = { 'dcat-us': 'resource', 'cn-portals': 'service' } as const
const IDENTIFIER_BY_FORMAT = { 'dcat-us': 'identifier', 'cn-portals': 'id', 'mulu-jsonl': 'local' }

/** Reads the text of a feed; records are turned into candidates one by one, as they are taken. */
export function readFeed(
  text: string,
  format: 'auto' | 'dcat-us' | 'jsonl',
  options: FeedOptions,
): Feed {
  checkSize(text)
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  if (body.trim() === '') throw new MuluError('MULU_FEED_EMPTY')
  const items = format === 'jsonl' ? undefined : textToDatasets(body, format === 'dcat-us')
  const found = items === undefined ? linesToItems(body) : { format: 'dcat-us' as const, items }
  const { format: name, items: list } = found
  return { format: name, total: list.length, entries: () => walk(name, list, options) }
}

function checkSize(text: string): void {
  const isSurelyWithin = text.length * 3 <= FEED_BYTES_MAX
  if (isSurelyWithin || utf8Length(text) <= FEED_BYTES_MAX) return
  throw new MuluError('MULU_FEED_SIZE', { details: { limit: FEED_BYTES_MAX } })
}

function* walk(
  format: FeedFormat,
  items: readonly FeedItem[],
  options: FeedOptions,
): Generator<FeedEntry> {
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    try {
      const candidate = itemToCandidate(format, item, options)
      if (seen.has(recOf(candidate))) {
        const field = IDENTIFIER_BY_FORMAT[format]
        throw new BadRecord('MULU_IMPORT_DUPLICATE', field, 'an earlier record has it too')
      }
      seen.add(recOf(candidate))
      yield { candidate }
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error
      yield { error: nameBad(format, index, item, error, options) }
    }
  }
}

function recOf(candidate: { readonly kind: string; readonly local: string }): string {
  return `${candidate.kind}/${candidate.local}`
}

function itemToCandidate(format: FeedFormat, item: FeedItem, options: FeedOptions): Candidate {
  const { value, lossy } = item
  if (value === undefined) throw new BadRecord('MULU_IMPORT_FIELD', '', 'the line is not JSON')
  if (!isJsonObject(value)) throw wrongType('', 'an object', value)
  if (lossy !== undefined) {
    const reason = `${lossy.token.slice(0, 40)} cannot be kept exactly as a number`
    throw new BadRecord('MULU_IMPORT_NUMBER', lossy.field, reason)
  }
  if (format === 'mulu-jsonl') {
    const candidate = lineToCandidate(value)
    checkFields(candidate.fields, (path) => path)
    return candidate
  }
  const identifier = readIdentifier(value, IDENTIFIER_BY_FORMAT[format])
  const toFields = format === 'dcat-us' ? datasetToFields : portalToFields
  const fields = toFields(value, identifier, options.hash)
  checkFields(fields, (path) => extraName(path) ?? path)
  return {
    kind: KIND_BY_FORMAT[format],
    local: local(format, identifier, options),
    identifier,
    fields,
  }
}

function local(format: FeedFormat, identifier: string, options: FeedOptions): string {
  return harvestLocal(options.hash, options.source ?? format, identifier)
}

function nameBad(
  format: FeedFormat,
  index: number,
  item: FeedItem,
  error: BadRecord,
  options: FeedOptions,
): FeedError {
  const identifier = identifierOf(format, item.value)
  const { code, field, reason } = error
  return {
    index,
    identifier,
    rec: rec(format, item.value, identifier, options),
    code,
    field,
    reason,
  }
}

function identifierOf(format: FeedFormat, value: JsonValue | undefined): string | null {
  if (value === undefined || !isJsonObject(value)) return null
  const identifier = member(value, IDENTIFIER_BY_FORMAT[format])
  return typeof identifier === 'string' && identifier !== '' ? identifier : null
}

function rec(
  format: FeedFormat,
  value: JsonValue | undefined,
  identifier: string | null,
  options: FeedOptions,
): string | null {
  if (identifier === null) return null
  if (format !== 'mulu-jsonl') {
    return recOf({ kind: KIND_BY_FORMAT[format], local: local(format, identifier, options) })
  }
  const kind = value !== undefined && isJsonObject(value) ? member(value, 'kind') : undefined
  return typeof kind === 'string' ? recOf({ kind, local: identifier }) : null
}
