/**
 * The HTTP contract of a node as this program reads it: types of /api/v1, times in epoch milliseconds.
 * test/contract.ts holds them against the types that the node answers with.
 * Requests are in request.ts, cached readings in queries.ts.
 */

import type { AgencyOrder, OrdersStatus } from './agency-orders.ts'

/** A text in several languages, by language tag (`zh-Hans`, `en`). */
export type Labels = Readonly<Record<string, string>>

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export type JsonObject = { readonly [key: string]: Json }

export type Fields = Readonly<Record<string, Json>>

export type AgencyName = { readonly id: number; readonly name: Labels; readonly code?: string }

export type NodeRole = 'coordinator' | 'agency' | 'office'

/** Commits that are here, and those that the heads of peers tell of. */
export type SharePart = { readonly here: number; readonly known: number }

/** How much of the catalogue is here; the parts only while the node is behind. */
export type Share = {
  readonly state: 'level' | 'partial' | 'behind' | 'unknown'
  /** The part that the node holds; null where it holds everything. */
  readonly held: HeldPart | null
  readonly ownRegion: SharePart | null
  readonly rest: SharePart | null
  readonly regions: readonly (SharePart & { readonly region: string | null })[]
}

/** Agencies of which everything is held, of those that publish. */
export type HeldCount = { readonly agencies: number; readonly of: number }

/** The part of the catalogue that a node holds. */
export type HeldPart = HeldCount & {
  /** The first of those agencies, the own one before all. */
  readonly names: readonly { readonly id: number; readonly name: Labels }[]
  /** What was chosen beside the own agency. */
  readonly subscribed: {
    readonly agencies: readonly { readonly code: string }[]
    readonly regions: readonly string[]
  }
  /** Agencies that are held until another node is known to have them. */
  readonly leaving: number
  /** Records whose values are still to come. */
  readonly lacking: number
  readonly isWitness: boolean
}

/** What the answering node had heard, and when. */
export type AsOf = {
  readonly nowMs: number
  readonly nodes: number
  readonly heard: number
  readonly agree: number
  readonly silent: readonly {
    readonly name: Labels | string
    readonly lastHeardMs: number | null
  }[]
  readonly share: Share
}

export type Reported = {
  readonly digest: string
  readonly roster: number
  readonly commits: number
  readonly waiting: number
  readonly records: number
  readonly problems: number
  readonly conflicts: number
  readonly atMs: number
  readonly software: string
}

export type Refused = { readonly code: string; readonly count: number; readonly lastMs: number }

/** Somebody is made to wait, or was within the last minute. */
export type Throttle = {
  readonly why: 'commits' | 'bytes' | 'requests' | 'connections' | 'waiting'
  readonly sinceMs: number
  readonly lastMs: number
}

export type CutOff = { readonly code: string; readonly sinceMs: number; readonly untilMs: number }

/** One piece of rot in the node's store. */
export type Rot = {
  readonly what: string
  readonly namespace?: number
  readonly writer?: number
  readonly position?: number
  readonly records?: readonly string[]
}

/** Rot in the node's store, and the search for it. */
export type Scrub = {
  readonly running?: { readonly startedMs: number; readonly done: number; readonly total: number }
  readonly last?: {
    readonly finishedMs: number
    readonly found: number
    readonly files: readonly { readonly file: string }[]
  }
  readonly damaged: number
  readonly commits: readonly Rot[]
  readonly waiting: number
}

/** What the node holds against a writer or its node. */
export type Conduct = {
  readonly client: number
  readonly name: Labels | string
  readonly revoked: boolean
  readonly refused: readonly Refused[]
  readonly throttled: readonly Throttle[]
  readonly cutOff: CutOff | null
  readonly ineffective: readonly Refused[]
  readonly forks: readonly { readonly log: string; readonly at: number }[]
}

export type Peer = {
  readonly client: number
  readonly name: Labels | string
  readonly agency: {
    readonly id: number
    readonly code: string
    readonly name: Labels
    readonly region: string | null
  }
  readonly office: string | null
  readonly role: NodeRole
  readonly peer: string
  readonly addresses: readonly string[]
  readonly connected: boolean
  readonly self: boolean
  readonly lastHeardMs: number | null
  readonly reported: Reported | null
  /** Whether it keeps superseded values as well, and has them all; null while it has not said. */
  readonly archive: boolean | null
  /** Of how many agencies it holds the records; null where of all, or while it has not said. */
  readonly holds: HeldCount | null
  /** Whose software is too old, where no version of the protocol is shared. */
  readonly outdated: 'self' | 'peer' | null
  readonly agrees: boolean | null
  readonly behind: number | null
  readonly ahead: number | null
  readonly refused: readonly Refused[]
  readonly throttled: readonly Throttle[]
  readonly cutOff: CutOff | null
}

/** What a node keeps of superseded values, and who keeps all of them. */
export type Keeping = {
  readonly keeps: 'all' | 'live'
  readonly lackingRecords: number
  readonly lackedPositions: number
  readonly archives: readonly (Labels | string)[]
}

export type Status = {
  readonly software: string
  readonly nowMs: number
  readonly federation: { readonly id: string; readonly name: string }
  readonly agency: {
    readonly id: number
    readonly code: string
    readonly name: Labels
    readonly region: string | null
  } | null
  readonly node: {
    readonly name: Labels | string
    readonly role: NodeRole
    readonly offline: boolean
    readonly admitted: boolean
    /** The order of its agency that meant to admit it and does not count. */
    readonly fallenOrder: AgencyOrder | null
  }
  /** The number is null while the node is not admitted. */
  readonly writer: { readonly client: number | null; readonly key: string; readonly peer: string }
  readonly roster: {
    readonly version: number
    readonly hash: string
    readonly agencies: number
    readonly writers: number
    readonly stampMs: number
    readonly alarms: readonly RosterAlarm[]
  }
  readonly heads: {
    readonly digest: string
    readonly logs: number
    readonly commits: number
    readonly waiting: number
  }
  readonly catalogue: {
    readonly digest: string
    readonly records: number
    readonly published: number
    readonly withdrawn: number
    readonly problems: number
    readonly conflicts: number
  }
  readonly profile: { readonly id: string; readonly version: string; readonly hash: string }
  readonly asOf: AsOf
  readonly keeping: Keeping
  readonly peers: readonly Peer[]
  /** The newest first, with those that there is an alarm about. */
  readonly snapshots: readonly Snapshot[]
  readonly conduct: readonly Conduct[]
  readonly scrub: Scrub
  readonly orders: OrdersStatus
}

/** A signed statement of what its writer held, and the witnesses that agree. */
export type Snapshot = {
  readonly id: string
  readonly writer: number
  readonly atMs: number
  readonly root: string
  readonly logs: number
  readonly witnesses: readonly number[]
  readonly threshold: number
  readonly agreed: readonly number[]
  readonly agreedRoot: readonly number[]
  readonly settled: boolean
  readonly rootSettled: boolean
  readonly names: Readonly<Record<string, Labels>>
  readonly alarm: { readonly differs: 'heads' | 'root'; readonly agreed: readonly number[] } | null
}

/** An order of erasure, and which nodes have destroyed what it names. */
export type Erasure = {
  readonly id: string
  readonly order: string
  readonly records: readonly string[]
  readonly atMs: number
  readonly counts: boolean
  readonly settled: boolean
  readonly nodes: readonly {
    readonly client: number
    readonly name: Labels
    readonly state: 'confirmed' | 'outstanding'
  }[]
}

/** What to erase: a field of a record, or `@note` for what was noted with its changes. */
export type ErasureWanted = {
  readonly record: string
  readonly field: string
  readonly order: string
}

/** What an order came to. */
export type Erased = {
  readonly bodies: number
  readonly rewritten: number
  /** Null where the roster names no witnesses or values that count are lacked: nothing settles the order yet. */
  readonly snapshot: string | null
  readonly destroyedHere: boolean
}

export type AgencyRow = {
  readonly id: number
  readonly code: string
  readonly name: Labels
  readonly region: string | null
  readonly regionName: Labels | null
  readonly namespaces: readonly number[]
  /** Whether the node that answers holds its records; where it does not the counts are none. */
  readonly held: boolean
  readonly nodes: number
  readonly records: number
  readonly published: number
  readonly withdrawn: number
  readonly problems: number
  readonly conflicts: number
  readonly newestMs: number | null
  /** Of what is indexed, 16 hexadecimal digits: alike on nodes that index the same records. */
  readonly indexDigest: string | null
}

export type Grant = {
  readonly namespace: number
  /** 0 for the own namespace, 1 for the federation, or a list of namespaces. */
  readonly audiences: readonly (number | readonly number[])[]
  readonly rights: readonly string[]
  readonly from: number
  readonly closed: JsonObject | null
}

/** What is wrong with the roster; none of it stops reading, writing or exchange. */
export type RosterAlarm =
  | {
      readonly type: 'fork'
      readonly version: number
      readonly kept: string
      readonly other: string
    }
  | { readonly type: 'behind'; readonly version: number; readonly newest: number }
  | { readonly type: 'old'; readonly stampMs: number; readonly days: number }

export type Roster = {
  readonly version: number
  readonly hash: string
  readonly federation: { readonly id: string; readonly name: string }
  readonly roots: { readonly threshold: number; readonly keys: readonly string[] }
  readonly agencies: readonly {
    readonly id: number
    readonly code: string
    readonly name: Labels
    readonly region?: string | null
    /** The key with which it admits its own nodes. */
    readonly admin: string | null
    readonly retired: { readonly version: number; readonly successor: number } | null
  }[]
  readonly witnesses: { readonly writers: readonly number[]; readonly threshold: number }
  readonly namespaces: readonly {
    readonly id: number
    readonly agency: number
    readonly sinceVersion: number
  }[]
  readonly writers: readonly {
    readonly client: number
    readonly key: string
    readonly peers: readonly string[]
    readonly agency: number
    readonly continues: number
    readonly office: string | null
    readonly grants: readonly Grant[]
  }[]
  readonly history: readonly {
    readonly version: number
    readonly stampMs: number
    readonly hash: string
    readonly signatures: number
    readonly changes: readonly JsonObject[]
  }[]
}

/** Filters whose values are counted beside a result. */
export type FacetName =
  | 'region'
  | 'agency'
  | 'theme'
  | 'sharing'
  | 'openness'
  | 'format'
  | 'kind'
  | 'frequency'
  | 'license'
  | 'has'

/** All filters that a reader chooses; `modified` takes dates. */
export type FilterName = FacetName | 'modified'

export type Facet = { readonly value: string; readonly label: Labels; readonly count: number }

/** Where words of the search stand in a text: start and end in code units, by language. */
export type Marks = Readonly<Record<string, readonly (readonly [number, number])[]>>

export type Item = {
  readonly id: string
  readonly kind: string
  readonly title: Labels
  readonly description: Labels
  readonly agency: AgencyName
  readonly region: string | null
  readonly themes: readonly string[]
  readonly sharing: string | null
  readonly openness: string | null
  readonly formats: readonly string[]
  readonly modified: string | null
  readonly updatedMs: number
  readonly state: string | null
  readonly conflicts: number
  readonly problems: number
  /** Only in the answer to a search for words. */
  readonly marks?: { readonly title: Marks; readonly description: Marks }
}

/** Another search, how it comes from the one that was asked, and how many records it finds. */
export type Step = {
  readonly kind: 'spelling' | 'filter' | 'word' | 'filters' | 'alone' | 'any' | 'part'
  readonly q: string
  readonly word?: string
  readonly spelling?: string
  readonly filter?: FilterName
  readonly total: number
}

export type RecordList = {
  readonly total: number
  /** The words and phrases of the search as the node understood them. */
  readonly words: readonly string[]
  /** Only when nothing was found. */
  readonly help: {
    /** Words in no record at all. */
    readonly missing: readonly string[]
    /** Nearby searches that find something, the nearest first. */
    readonly steps: readonly Step[]
    /** The best records of the first step. */
    readonly nearest: readonly Item[]
  } | null
  readonly items: readonly Item[]
  readonly next: string | null
  readonly facets: Readonly<Record<FacetName, readonly Facet[]>>
  readonly asOf: AsOf
}

/** Something to choose while typing. */
export type Suggestion =
  | {
      readonly type: 'name'
      readonly filter: FacetName
      readonly value: string
      readonly label: Labels
    }
  | { readonly type: 'keyword'; readonly text: string; readonly language: string }
  | { readonly type: 'record'; readonly id: string; readonly title: Labels }

/** Who wrote a value: time, node, agency, commit and the roster that its author had. */
export type Source = {
  readonly atMs: number
  readonly client: number
  readonly node: Labels | string
  readonly agency: AgencyName
  readonly office: string | null
  readonly commit: string
  readonly seq: number
  readonly roster: number
  readonly reason: string | null
}

export type ConflictValue = Source & { readonly value: Json; readonly removed: boolean }

export type Conflict = {
  readonly path: string
  readonly legal: boolean
  readonly inForce: Json
  readonly values: readonly ConflictValue[]
}

export type Problem = { readonly code: string; readonly path: string }

/** Values that a node does not hold, and the nodes that keep everything. */
export type NotHeld = {
  /** Superseded ones. */
  readonly earlier: number
  /** Commits with values that count, now or at the moment that was asked for. */
  readonly counting: number
  readonly keptBy: readonly (Labels | string)[]
}

export type RecordView = {
  readonly id: string
  readonly namespace: number
  readonly kind: string
  readonly local: string
  readonly agency: AgencyName
  readonly fields: Fields
  readonly conflicts: readonly Conflict[]
  readonly problems: readonly Problem[]
  readonly updatedMs: number
  readonly etag: string
  /** What of it is not on this node; null where all of it is. */
  readonly notHeld: NotHeld | null
  /** The moment that was asked for; null for now. */
  readonly past: { readonly atMs: number | null; readonly heads: string } | null
  readonly asOf: AsOf
}

export type FieldSource = {
  readonly path: string
  readonly value: Json
  readonly removed: boolean
  readonly source: Source
  readonly superseded: number
}

export type HistoryItem = Source & {
  readonly paths: readonly string[]
  readonly outcome: string
  readonly code: string | null
  /** How many of the values that it wrote are no longer on this node. */
  readonly notHeld: number
}

export type History = {
  readonly items: readonly HistoryItem[]
  /** Where some values are not here, the nodes that keep everything. */
  readonly keptBy: readonly (Labels | string)[]
}

/** What a 409 carries for one path: what the form was made on, what holds now, what was sent. */
export type StaleField = {
  readonly path: string
  readonly base: readonly ConflictValue[]
  readonly current: readonly ConflictValue[]
  readonly yours: Json
}

export type RecordChange = {
  readonly set?: Fields
  readonly remove?: readonly string[]
  readonly reason?: string
}
