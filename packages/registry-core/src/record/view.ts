/** One record as canonical JSON: a function of live slots, profile and rules, nothing else. */
import type { JsonValue } from '../encoding/json.ts'
import type { Problem } from '../profile/problems.ts'

/** A field with more than one value by different writers. */
export type Conflict = {
  readonly path: string
  /** Whether the field has legal effect; then the strictest value is in force meanwhile. */
  readonly legal: boolean
  /** Writers and positions of the values, newest first; the values stand in `values`. */
  readonly values: readonly {
    readonly client: number
    readonly seq: number
    readonly value: JsonValue | null
    readonly removed: boolean
  }[]
}

/** What a record shows. */
export type View = {
  readonly id: string
  readonly ns: number
  readonly kind: string
  readonly local: string
  /** The value shown, or in force, by path. A legal field whose values hold together is left out. */
  readonly fields: Readonly<Record<string, JsonValue>>
  readonly conflicts: readonly Conflict[]
  readonly problems: readonly Problem[]
  /** Stamp of the newest live value, milliseconds. */
  readonly updatedMs: number
  /** Names the live slots; changes are made on it. */
  readonly etag: string
}
