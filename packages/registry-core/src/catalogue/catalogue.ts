/** Reading: one record, its past, and lists with counts. The only way to read. */

import type { Hash } from '../crypto.ts'
import type { JsonValue } from '../encoding/json.ts'
import type { Outcome } from '../log/outcome.ts'
import type { RecordId } from '../record/record-id.ts'
import type { View } from '../record/view.ts'
import type { Sort } from '../search/cursor.ts'
import type { FilterName } from '../search/filters.ts'
import type { Suggestion } from '../search/suggest.ts'
import type { Spelling } from '../search/text/spelling.ts'
import type { Difference } from './differences.ts'
import type { Moment } from './moment.ts'

/** Where a value came from. */
export type Source = {
  readonly client: number
  readonly seq: number
  readonly commit: Hash
  readonly atMs: number
  readonly rosterVersion: number
  readonly actor: string
  readonly reason: string | null
}

/** One field with the value shown and who set it. */
export type FieldProvenance = {
  readonly path: string
  readonly value: JsonValue | undefined
  readonly source: Source
  /** How many earlier writings of this field stand behind it. */
  readonly superseded: number
}

/** One commit's part in a record. */
export type HistoryItem = {
  readonly source: Source
  readonly paths: readonly string[]
  readonly outcome: Outcome
  /** How many of the values that it wrote are not held here any more. */
  readonly notHeld: number
}

/** Values of a record that are not held here. */
export type NotHeld = {
  /** Superseded ones, which a node may drop. */
  readonly earlier: number
  /** Those that count, so that the record is not whole until a peer has sent them: by commit. */
  readonly counting: readonly { readonly client: number; readonly seq: number }[]
}

/** What to list. */
export type Query = {
  readonly q?: string
  /** The last word may go on: what is asked while somebody types. */
  readonly prefixLast?: boolean
  readonly filters?: Readonly<Partial<Record<FilterName, readonly string[]>>>
  readonly sort?: Sort
  /** Records on the page; with 0 there are only counts. */
  readonly limit?: number
  /** Filters whose values are counted beside the result; by default all that can be. */
  readonly facets?: boolean | readonly FilterName[]
  /** Opaque; from the `next` of the page before. MULU_QUERY when it is none. */
  readonly after?: string
}

/** A record as it stands in a list. */
export type Item = {
  readonly id: string
  readonly ns: number
  readonly kind: string
  readonly agency: number
  readonly title: Readonly<Record<string, string>>
  readonly description: Readonly<Record<string, string>>
  readonly region: string | null
  readonly themes: readonly string[]
  readonly sharing: string | null
  readonly openness: string | null
  readonly formats: readonly string[]
  readonly state: string | null
  readonly modified: string | null
  readonly updatedMs: number
  readonly conflicts: number
  readonly problems: number
}

/** A page of a listing with exact counts of the whole result. */
export type Page = {
  readonly total: number
  readonly items: readonly Item[]
  readonly next: string | null
  readonly facets: Readonly<
    Partial<Record<FilterName, readonly { readonly value: string; readonly count: number }[]>>
  >
}

/** Counts of one agency's records. */
export type AgencyCounts = {
  readonly agency: number
  readonly records: number
  readonly published: number
  readonly withdrawn: number
  readonly problems: number
  readonly conflicts: number
  readonly newestMs: number
}

/** The read model of a replica, of the federation's audience. */
export interface Catalogue {
  /** Now, or as it was; MULU_AS_OF_TOO_FAR when too much has changed since for that. */
  query(query: Query, at?: Moment): Promise<Page>
  /** The view of a record, now or as it was, or undefined. */
  record(id: RecordId, at?: Moment): Promise<View | undefined>
  /** The views of several records in the same order, read in one go. */
  records(ids: readonly RecordId[]): Promise<readonly (View | undefined)[]>
  /** What of a record is not held here; at a moment, of what counted then. */
  notHeld(id: RecordId, at?: Moment): Promise<NotHeld>
  provenance(id: RecordId, at?: Moment): Promise<readonly FieldProvenance[]>
  /** Newest first. */
  history(id: RecordId, at?: Moment): Promise<readonly HistoryItem[]>
  /** Every value of every field that has more than one, with its source. */
  conflictSources(
    id: RecordId,
    at?: Moment,
  ): Promise<ReadonlyMap<string, readonly ConflictSource[]>>
  /** The moment of a time in milliseconds, of a snapshot's id or of heads (moment.ts); MULU_QUERY. */
  moment(at: number | string): Promise<Moment>
  /** What changed between two moments, by agency; MULU_QUERY when it is too much for one answer. */
  differences(from: Moment, to: Moment, agency?: number): Promise<readonly Difference[]>
  /** Terms near to a word that no record has: "did you mean". */
  spellings(word: string, limit: number): Promise<readonly Spelling[]>
  /** What somebody who has typed this much may want, the nearest first; nothing for no word. */
  suggestions(typed: string): Promise<readonly Suggestion[]>
  /** Published records near to one, the nearest first; nothing where there is no such record. */
  related(id: RecordId, limit: number): Promise<readonly Item[]>
  countsByAgency(): readonly AgencyCounts[]
  /** All views in the order of their ids, or those after one, for exports. */
  views(after?: RecordId): AsyncIterable<View>
}

/** One of several values of a field. */
export type ConflictSource = {
  readonly value: JsonValue | undefined
  readonly source: Source
}
