/**
 * Our own export: one JSON object a line, canonical (RFC 8785), each line ended by a line feed.
 *
 * | key | value |
 * |---|---|
 * | id | namespace/kind/local, as the exporting federation knows the record; not read back |
 * | kind, local | the record's kind and local id, read back as they are |
 * | identifier | the identifier in the source, where there is one |
 * | fields | path to value |
 *
 * Unknown keys are an error of the line, since this format is ours and versioned by its keys.
 */
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from '../encoding/json.ts'
import { isPath } from '../record/path.ts'
import { isRec } from '../record/record-id.ts'
import { BadRecord, type Candidate, type Fields } from './candidate.ts'
import { member, wrongType } from './read-member.ts'

/** A record as it is exported. */
export type ExportRecord = {
  readonly id: string
  readonly kind: string
  readonly local: string
  readonly identifier?: string
  readonly fields: Fields
}

const KEYS: readonly string[] = ['id', 'kind', 'local', 'identifier', 'fields']

/** The line of a record, with its line feed. */
export function recordToLine(record: ExportRecord): string {
  const { id, kind, local, identifier, fields } = record
  const line: JsonObject =
    identifier === undefined ? { id, kind, local, fields } : { id, kind, local, identifier, fields }
  return `${canonicalJson(line)}\n`
}

/** The candidate that a line stands for; throws BadRecord. */
export function lineToCandidate(line: JsonObject): Candidate {
  const unknown = Object.keys(line).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) throw new BadRecord('MULU_IMPORT_FIELD', unknown, 'unknown key')
  const kind = text(line, 'kind')
  const local = text(line, 'local')
  if (!isRec(`${kind}/${local}`)) {
    throw new BadRecord('MULU_IMPORT_FIELD', 'local', 'not the kind and local id of a record')
  }
  const identifier = member(line, 'identifier') === undefined ? local : text(line, 'identifier')
  return { kind, local, identifier, fields: readFields(member(line, 'fields')) }
}

function text(line: JsonObject, key: string): string {
  const value = member(line, key)
  if (value === undefined || value === '') {
    throw new BadRecord('MULU_IMPORT_IDENTIFIER', key, 'missing or empty')
  }
  if (typeof value !== 'string') throw wrongType(key, 'a text', value)
  return value
}

function readFields(value: JsonValue | undefined): Fields {
  if (value === undefined || !isJsonObject(value)) {
    throw wrongType('fields', 'an object', value ?? null)
  }
  for (const path of Object.keys(value)) {
    if (!isPath(path)) {
      throw new BadRecord('MULU_IMPORT_FIELD', path.slice(0, 64), 'not the path of a field')
    }
    const parents = path.split('/').slice(0, -1)
    const isBelow = parents.some((_, index) =>
      Object.hasOwn(value, parents.slice(0, index + 1).join('/')),
    )
    if (isBelow) throw new BadRecord('MULU_IMPORT_FIELD', path, 'below the path of another field')
  }
  return value
}
