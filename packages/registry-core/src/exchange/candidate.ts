import type { JsonValue } from '../encoding/json.ts'
import type { ErrorCode } from '../errors.ts'

/** The formats a feed may have. */
export type FeedFormat = 'dcat-us' | 'cn-portals' | 'mulu-jsonl'

/** Flat fields of a record: path to value. */
export type Fields = Readonly<Record<string, JsonValue>>

/** A record as a feed says it, before it is compared with what is here. */
export type Candidate = {
  readonly kind: string
  readonly local: string
  readonly identifier: string
  readonly fields: Fields
}

/** Codes that name one bad record of a feed. */
export type ImportCode = Extract<ErrorCode, `MULU_IMPORT_${string}`>

/** One bad record: where it stands in the feed (from 0), which field, and why. */
export type FeedError = {
  readonly index: number
  readonly identifier: string | null
  /** `kind/local` where the identifier was readable, so that nobody takes the record for gone. */
  readonly rec: string | null
  readonly code: ImportCode
  readonly field: string
  readonly reason: string
}

/** Why one record is refused. Thrown by a reader, caught where the feed is walked. */
export class BadRecord extends Error {
  override readonly name = 'BadRecord'
  readonly code: ImportCode
  readonly field: string
  readonly reason: string

  constructor(code: ImportCode, field: string, reason: string) {
    super(code)
    this.code = code
    this.field = field
    this.reason = reason
  }
}
