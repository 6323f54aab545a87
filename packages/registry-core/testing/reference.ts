/**
 * What a set of commits comes to under a roster chain, computed all at once from the definitions
 * (DESIGN-REVIEW section 2) with sets and maps: no order of arrival, no store, no Yjs. Replicas
 * that hold these commits have to agree with it.
 */
import type { SlotValue } from '../src/commit/any-value.ts'
import { audienceText } from '../src/commit/audience.ts'
import { readBody } from '../src/commit/body.ts'
import { type Commit, entrySection, type ReadCommit, readCommit } from '../src/commit/commit.ts'
import { type Entry, limitBroken, type Stamp } from '../src/commit/header.ts'
import { slotsOf } from '../src/commit/over.ts'
import { equalBytes, toHex } from '../src/encoding/bytes.ts'
import { canonicalJson } from '../src/encoding/json.ts'
import { type LogKey, logText } from '../src/log/log.ts'
import { classOf, type Profile } from '../src/profile/profile.ts'
import { kindOf } from '../src/record/record-id.ts'
import type { Right } from '../src/roster/change.ts'
import type { Roster } from '../src/roster/roster.ts'
import type { Grant } from '../src/roster/state.ts'
import { receiptOf, snapshotOf } from '../src/snapshot/statement.ts'
import { testCrypto } from './crypto.ts'
import { type Deed, liveByModel, type WrittenSlot } from './history.ts'

/** The end of a log: what the catalogue stands on. */
export type ReferenceHead = { readonly seq: number; readonly id: string }

/** What a record comes to. */
export type ReferenceRecord = {
  /** Keys `path@client.seq` of the live slots. */
  readonly live: ReadonlySet<string>
  /** Paths with several values. */
  readonly conflicts: readonly string[]
  /** Per path of class 0 the value shown, as canonical JSON; '' for removed. */
  readonly shown: ReadonlyMap<string, string>
}

/** What the commits of a federation come to. */
export type Reference = {
  /** By text of the log, where its last commit in force or void stands. */
  readonly accepted: ReadonlyMap<string, ReferenceHead>
  /** By text of the log, the last position before an end or a fork, where there is one. */
  readonly ends: ReadonlyMap<string, number>
  /** Ids of commits in force or void, in hexadecimal digits. */
  readonly effective: ReadonlySet<string>
  /** By scope (`ns/audience`) and `kind/local`. */
  readonly records: ReadonlyMap<string, ReadonlyMap<string, ReferenceRecord>>
  /** By id, in hexadecimal digits, the witnesses that agree to each snapshot, ascending. */
  readonly agreed: ReadonlyMap<string, readonly number[]>
  /** Ids of snapshots in logs that nobody has whole and that have not forked: nobody passes them on. */
  readonly stranded: ReadonlySet<string>
  /** By text of the log, how far settled snapshots cover it. */
  readonly floors: ReadonlyMap<string, ReferenceHead>
}

type Chain = {
  readonly log: LogKey
  readonly bySeq: ReadonlyMap<number, readonly ReadCommit[]>
  /** The lowest position with two commits. */
  readonly forkedAt: number
  /** The end that closes the log for good, if its every grant was closed so. */
  readonly end: ReferenceHead | undefined
  /** The commit that the roster says stands in the log, and where it says branches parted. */
  readonly anchor: (ReferenceHead & { readonly partedAt: number }) | undefined
  /** The highest commit that a settled snapshot covers. */
  readonly floor: ReferenceHead | undefined
  /** Ids on the way to the anchor, else to the floor, as far as they are here. */
  readonly way: ReadonlySet<string>
  readonly judged: Judged[]
  ended: boolean
}

type Judged = { readonly commit: ReadCommit; readonly grant: Grant | undefined }

/** Computes the reference; `rosters` is the whole chain, `profile` the one all of it names. */
export function referenceOf(
  commits: Iterable<Commit>,
  rosters: readonly Roster[],
  profile: Profile,
): Reference {
  const { byLog, agreed, stranded, floors } = gatheredOf(commits, rosters)
  const chains = new Map(
    [...byLog].map(
      ([text, { log, byId }]) => [text, chainOf(log, byId, rosters, floors.get(text))] as const,
    ),
  )
  for (let isMoving = true; isMoving; ) {
    isMoving = false
    for (const chain of chains.values()) {
      while (judgeNext(chain, chains, rosters)) isMoving = true
    }
  }
  const accepted = new Map<string, ReferenceHead>()
  const ends = new Map<string, number>()
  const effective = new Set<string>()
  const scopes = new Map<string, Chain[]>()
  for (const [text, chain] of chains) {
    const last = chain.judged.at(-1)?.commit
    if (last !== undefined) accepted.set(text, { seq: last.read.seq, id: toHex(last.id) })
    // Where the roster has chosen a branch, no floor holds the other.
    const floor = chain.anchor === undefined ? (chain.floor?.seq ?? 0) : 0
    const forkEnd = Math.max(chain.forkedAt - 1, floor)
    const end = Math.min(forkEnd, chain.ended ? chain.judged.length : chain.forkedAt)
    if (Number.isFinite(end)) ends.set(text, end)
    for (const { commit } of chain.judged) effective.add(toHex(commit.id))
    const scope = scopeText(chain.log)
    scopes.set(scope, [...(scopes.get(scope) ?? []), chain])
  }
  const records = new Map([...scopes].map(([scope, own]) => [scope, recordsOf(own, profile)]))
  return { accepted, ends, effective, records, agreed, stranded, floors }
}

/** A scope as text: `ns/audience`. */
export function scopeText(log: Pick<LogKey, 'ns' | 'aud'>): string {
  return `${log.ns}/${audienceText(log.aud)}`
}

/** A commit with the bodies of another copy of it as well: what one node has dropped another holds. */
function withBodiesOf(commit: ReadCommit, copy: ReadCommit | undefined): ReadCommit {
  const isHeld = (body: unknown): boolean => body instanceof Uint8Array
  if (copy === undefined || commit.bodies.every(isHeld)) return commit
  return { ...commit, bodies: commit.bodies.map((b, i) => (isHeld(b) ? b : (copy.bodies[i] ?? b))) }
}

type Held = { readonly log: LogKey; readonly byId: Map<string, ReadCommit> }

/** All commits by log, and what the snapshots and receipts among them come to. */
function gatheredOf(
  commits: Iterable<Commit>,
  rosters: readonly Roster[],
): Pick<Reference, 'agreed' | 'stranded' | 'floors'> & {
  readonly byLog: ReadonlyMap<string, Held>
} {
  const byLog = new Map<string, Held>()
  for (const commit of commits) {
    const read = readCommit(testCrypto, commit)
    const { ns, aud, writer } = read.read
    const text = logText({ ns, aud, writer })
    const entry = byLog.get(text) ?? { log: { ns, aud, writer }, byId: new Map() }
    const id = toHex(read.id)
    entry.byId.set(id, withBodiesOf(read, entry.byId.get(id)))
    byLog.set(text, entry)
  }
  const all = [...byLog.values()].flatMap(({ byId }) => [...byId.values()])
  const agreed = new Map<string, readonly number[]>()
  const stranded = new Set<string>()
  const floors = new Map<string, ReferenceHead>()
  for (const commit of all) {
    const { id, read } = commit
    const stated = snapshotOf(read)
    const cited = rosters[read.roster[0] - 1]
    if (stated === undefined || cited === undefined || !equalBytes(cited.hash, read.roster[1])) {
      continue
    }
    const { writers: witnesses, threshold } = cited.state.witnesses
    const by = all
      .filter((each) => equalBytes(receiptOf(each.read)?.snapshot ?? new Uint8Array(), id))
      .filter((each) => witnesses.includes(each.read.writer) && counts(each, byLog, rosters))
      .map((each) => each.read.writer)
    const agreeing = [...new Set(by)].sort((a, b) => a - b)
    agreed.set(toHex(id), agreeing)
    if (isStranded(commit, byLog)) stranded.add(toHex(id))
    if (witnesses.length === 0 || agreeing.length < threshold) continue
    for (const [ns, writer, seq, head] of stated.heads) {
      const text = logText({ ns, aud: 1, writer })
      const before = floors.get(text)
      const isHigher = before === undefined || seq > before.seq
      if (isHigher || (seq === before.seq && toHex(head) < before.id)) {
        floors.set(text, { seq, id: toHex(head) })
      }
    }
  }
  return { byLog, agreed, stranded, floors }
}

/** Whether a commit does not connect with the start of its log, which shows no fork either. */
function isStranded(commit: ReadCommit, byLog: ReadonlyMap<string, Held>): boolean {
  const { ns, aud, writer } = commit.read
  const byId = byLog.get(logText({ ns, aud, writer }))?.byId ?? new Map<string, ReadCommit>()
  const positions = new Set([...byId.values()].map(({ read }) => read.seq))
  return positions.size === byId.size && !isWhole(commit, byId)
}

/** Whether a log is here from its start up to a commit. */
function isWhole(commit: ReadCommit, byId: ReadonlyMap<string, ReadCommit>): boolean {
  let at: ReadCommit | undefined = commit
  while (at !== undefined && at.read.seq > 1) at = byId.get(toHex(at.read.parent))
  return at !== undefined
}

/**
 * Whether a receipt counts: its writer had a grant for that log which no roster has closed below
 * it, and where the roster says what stands in the log, the receipt is on the way there, as far as
 * that can be told.
 */
function counts(
  receipt: ReadCommit,
  byLog: ReadonlyMap<string, Held>,
  rosters: readonly Roster[],
): boolean {
  const { ns, aud, writer, roster } = receipt.read
  const log = { ns, aud, writer }
  const cited = rosters[roster[0] - 1]
  const isCited = cited !== undefined && equalBytes(cited.hash, roster[1])
  if (!isCited || grantFor(receipt, log, cited, rosters) === undefined) return false
  const byId = byLog.get(logText(log))?.byId ?? new Map()
  const { anchor, way, bySeq, end, forkedAt } = chainOf(log, byId, rosters, undefined)
  if (end !== undefined && receipt.read.seq > end.seq) return false
  if (anchor === undefined) return forkedAt < Infinity || isWhole(receipt, byId)
  if (receipt.read.seq <= anchor.seq) {
    // Where what stands there never came, the log goes as far as it has one branch only.
    const isOnlyBranch = !byId.has(anchor.id) && receipt.read.seq < forkedAt
    return way.has(toHex(receipt.id)) || (isOnlyBranch && isWhole(receipt, byId))
  }
  // Beyond a pin: what leads on from there, as long as nothing forks it.
  let at: ReadCommit | undefined = byId.get(anchor.id)
  while (at !== undefined && !equalBytes(at.id, receipt.id)) {
    const next = (bySeq.get(at.read.seq + 1) ?? []).filter((each) =>
      equalBytes(each.read.parent, at?.id ?? new Uint8Array()),
    )
    at = next.length === 1 ? next[0] : undefined
  }
  return at !== undefined
}

function chainOf(
  log: LogKey,
  byId: ReadonlyMap<string, ReadCommit>,
  rosters: readonly Roster[],
  floor: ReferenceHead | undefined,
): Chain {
  const bySeq = new Map<number, ReadCommit[]>()
  for (const commit of byId.values()) {
    bySeq.set(commit.read.seq, [...(bySeq.get(commit.read.seq) ?? []), commit])
  }
  const forks = [...bySeq].filter(([, list]) => list.length > 1).map(([seq]) => seq)
  const pin = rosters
    .at(-1)
    ?.state.writers.get(log.writer)
    ?.pins.findLast((p) => scopeText(p.log) === scopeText(log))
  const end = finalEnd(log, rosters)
  const pinned = pin && { seq: pin.log.seq, id: toHex(pin.log.id) }
  const top = end === undefined ? pinned : end.seq > 0 ? end : undefined
  const anchor = top && { ...top, partedAt: pin?.forkedAt ?? 1 }
  const way = new Set<string>()
  for (let id = (anchor ?? floor)?.id; id !== undefined && byId.has(id); ) {
    way.add(id)
    id = toHex(byId.get(id)?.read.parent ?? new Uint8Array())
  }
  return {
    log,
    bySeq,
    forkedAt: Math.min(Number.POSITIVE_INFINITY, ...forks),
    end,
    anchor,
    floor,
    way,
    judged: [],
    ended: false,
  }
}

/** Judges the next commit of a chain, if there is one and nothing it needs is missing. */
function judgeNext(
  chain: Chain,
  chains: ReadonlyMap<string, Chain>,
  rosters: readonly Roster[],
): boolean {
  if (chain.ended) return false
  const before = chain.judged.at(-1)?.commit
  const next = followers(chain, before)
  if (next === undefined) return false
  const { read } = next.commit
  const cited = rosters[read.roster[0] - 1]
  if (cited === undefined) return false
  if (isBeyondEnd(chain, next, before)) {
    chain.ended = true
    return true
  }
  if (read.v !== 1 || read.crit.length > 0 || !equalBytes(cited.hash, read.roster[1])) return false
  if (
    !read.after.every(([writer, seq, id]) =>
      isThere(chain, cited, chains, rosters, writer, seq, id),
    )
  ) {
    return false
  }
  const { commit } = next
  chain.judged.push({ commit, grant: grantFor(commit, chain.log, cited, rosters) })
  return true
}

type Follower = { readonly commit: ReadCommit; readonly isForked: boolean }

/** What follows: up to the anchor only what leads there, where there is a choice. */
function followers(chain: Chain, before: ReadCommit | undefined): Follower | undefined {
  const seq = (before?.read.seq ?? 0) + 1
  const at = chain.bySeq.get(seq) ?? []
  const next = at.filter((c) => equalBytes(c.read.parent, before?.id ?? new Uint8Array()))
  const [first] = next
  if (first === undefined || next.length === 1) return first && { commit: first, isForked: false }
  const wanted = chain.anchor ?? chain.floor
  if (wanted === undefined || seq > wanted.seq) return { commit: first, isForked: true }
  const chosen = next.find((commit) => chain.way.has(toHex(commit.id)))
  return chosen && { commit: chosen, isForked: false }
}

function isBeyondEnd(
  { end, anchor, forkedAt, floor }: Chain,
  { commit, isForked }: Follower,
  before: ReadCommit | undefined,
): boolean {
  const { read } = commit
  if (end !== undefined && read.seq > end.seq) return true
  if (anchor !== undefined && read.seq === anchor.seq && anchor.id !== toHex(commit.id)) return true
  if (anchor === undefined && floor !== undefined && read.seq === floor.seq) {
    if (floor.id !== toHex(commit.id)) return true
  }
  const forkEnd = Math.max(forkedAt, (floor?.seq ?? 0) + 1)
  if (anchor === undefined ? forkedAt < Infinity && read.seq >= forkEnd : isForked) return true
  if (read.v !== 1) return false
  if (limitBroken(read) !== undefined) return true
  if (before === undefined) return false
  if (read.roster[0] < before.read.roster[0]) return true
  return !read.reset && !isLater(read.stamp, before.read.stamp)
}

function isLater(a: Stamp, b: Stamp): boolean {
  return a[0] > b[0] || (a[0] === b[0] && a[1] > b[1])
}

/** The end of a log whose every grant was closed for good. */
function finalEnd(log: LogKey, rosters: readonly Roster[]): ReferenceHead | undefined {
  const writer = rosters.at(-1)?.state.writers.get(log.writer)
  if (writer?.dispute === 'open') return { seq: 0, id: '' }
  const grants = (writer?.grants ?? []).filter((grant) => grant.ns === log.ns)
  if (grants.length === 0 || !grants.every((grant) => grant.until?.final === true)) return undefined
  const ends = grants
    .flatMap((grant) => grant.until?.ends ?? [])
    .filter((end) => scopeText(end) === scopeText(log))
    .sort((a, b) => b.seq - a.seq)
  return { seq: ends[0]?.seq ?? 0, id: toHex(ends[0]?.id ?? new Uint8Array()) }
}

function grantsOf(log: LogKey, roster: Roster | undefined): readonly Grant[] {
  return roster?.state.writers.get(log.writer)?.grants ?? []
}

/** Whether what `after` names is here, or its log has ended below it. */
function isThere(
  chain: Chain,
  cited: Roster,
  chains: ReadonlyMap<string, Chain>,
  rosters: readonly Roster[],
  writer: number,
  seq: number,
  id: Uint8Array,
): boolean {
  const log = { ...chain.log, writer }
  const other = chains.get(logText(log))
  const reached = other?.judged.length ?? 0
  if (other?.ended === true && seq > reached) return true
  const end = finalEnd(log, rosters)
  if (end !== undefined && seq > end.seq && reached >= end.seq) return true
  const anchor = other?.anchor ?? other?.floor
  if (anchor !== undefined && seq <= anchor.seq && reached >= anchor.seq) return true
  // Beyond a pin another commit may have taken the place by now, and what is named by who did not
  // know the pin may never come.
  const pin = end === undefined ? other?.anchor : undefined
  if (pin !== undefined && reached >= pin.seq) {
    if (reached >= seq || !knowsPin(cited, log, pin)) return true
  }
  if (other !== undefined && other.anchor === undefined && other.forkedAt < Infinity) {
    const forkEnd = Math.max(other.forkedAt - 1, other.floor?.seq ?? 0)
    if (seq > forkEnd && reached >= forkEnd) return true
  }
  const there = other?.judged[seq - 1]
  return there !== undefined && equalBytes(there.commit.id, id)
}

/** Whether a roster has the pin of a log that the newest one has. */
function knowsPin(cited: Roster, log: LogKey, pin: ReferenceHead): boolean {
  const known = cited.state.writers
    .get(log.writer)
    ?.pins.findLast((p) => scopeText(p.log) === scopeText(log))?.log
  return known !== undefined && known.seq === pin.seq && toHex(known.id) === pin.id
}

/** The grant under which a commit is in force, or undefined for a void one. */
function grantFor(
  commit: ReadCommit,
  log: LogKey,
  cited: Roster,
  rosters: readonly Roster[],
): Grant | undefined {
  const { seq, entries, erase } = commit.read
  const grant = grantsOf(log, cited).findLast(
    (g) =>
      g.ns === log.ns &&
      (g.until === undefined || g.until.byOrder === true) &&
      g.auds.some((aud) => audienceText(aud) === audienceText(log.aud)),
  )
  if (grant === undefined) return undefined
  const now = grantsOf(log, rosters.at(-1)).find(
    (g) =>
      g.ns === log.ns &&
      g.from === grant.from &&
      g.auds.some((aud) => audienceText(aud) === audienceText(log.aud)),
  )
  const end = now?.until?.ends.find((each) => scopeText(each) === scopeText(log))
  if (now?.until !== undefined && seq > (end?.seq ?? 0)) return undefined
  const needs = entries.map((entry): Right => (entry.cls === 1 ? 'classify' : 'describe'))
  if (!needs.every((right) => grant.rights.includes(right))) return undefined
  return erase.length > 0 && !grant.rights.includes('erase') ? undefined : grant
}

type Value = { readonly value: SlotValue; readonly stamp: Stamp }

function recordsOf(
  chains: readonly Chain[],
  profile: Profile,
): ReadonlyMap<string, ReferenceRecord> {
  const byWriter = new Map(chains.map((chain) => [chain.log.writer, chain]))
  const values = new Map<string, Value>()
  const deeds = chains.flatMap((chain) => deedsOf(chain, byWriter, profile, values))
  const records = new Map<string, ReferenceRecord>()
  for (const [rec, live] of liveByModel(deeds)) {
    records.set(rec, { live, ...shownOf(rec, live, values, profile) })
  }
  return records
}

function deedsOf(
  chain: Chain,
  byWriter: ReadonlyMap<number, Chain>,
  profile: Profile,
  values: Map<string, Value>,
): readonly Deed[] {
  const { writer: client } = chain.log
  const clocks = new Map<string, number>()
  const named = new Map<number, readonly [number, Uint8Array]>()
  return chain.judged.map(({ commit, grant }) => {
    const { seq, entries, after, erase } = commit.read
    for (const [other, at, id] of after) named.set(other, [at, id])
    const seen = new Map(
      [...named].map(([other, [at, id]]) => [other, boundOf(byWriter.get(other), at, id)]),
    )
    const written: WrittenSlot[] = []
    for (const [index, entry] of entries.entries()) {
      const { rec, cls, len } = entry
      const stamp = boundedStamp(chain, commit, entry)
      const clock = clocks.get(rec) ?? 0
      clocks.set(rec, clock + len)
      const isOfClass = (path: string): boolean => classOf(profile, kindOf(rec), path) === cls
      const section = entrySection(commit, index)
      const slots = section && readBody(section, { client, seq, clock }, len, isOfClass)
      for (let i = 0; i < len; i++) {
        const path = slots?.[i]?.path ?? ''
        written.push({
          rec,
          client,
          seq,
          clock: clock + i,
          path,
          cls,
          isLost: !slots,
          entry: index,
        })
        values.set(`${rec} ${path}@${client}.${seq}`, { value: slots?.[i]?.value, stamp })
      }
    }
    const over = entries.flatMap(({ rec, over: ranges }) =>
      [...slotsOf(ranges)].map((slot) => ({ rec, ...slot })),
    )
    const mayClassify = grant?.rights.includes('classify') ?? false
    const erased = erase.flatMap(([of, at, id, entry]) => {
      const there = byWriter.get(of)?.judged[at - 1]?.commit
      return there !== undefined && equalBytes(there.id, id) ? [`${of}.${at}.${entry}`] : []
    })
    return { client, seq, seen, isVoid: grant === undefined, mayClassify, written, over, erased }
  })
}

/** How far a named position binds: in full on the branch that stands, else what both share. */
function boundOf(other: Chain | undefined, seq: number, id: Uint8Array): number {
  if (other === undefined) return seq
  const onChain = other.judged[seq - 1]
  if (onChain !== undefined && equalBytes(onChain.commit.id, id)) return seq
  const end = other.ended ? other.judged.length : Number.POSITIVE_INFINITY
  const { anchor } = other
  if (anchor === undefined) return Math.min(seq, other.forkedAt - 1, end)
  if (seq > anchor.seq && other.end !== undefined) return anchor.seq
  return Math.min(seq, anchor.partedAt - 1, end)
}

/** Values that were adopted rank by when they were first written. */
function boundedStamp(chain: Chain, commit: ReadCommit, { of }: Entry): Stamp {
  const own = commit.read.stamp
  let stamp = of !== undefined && isLater(own, of[2]) ? of[2] : own
  for (const { commit: later, grant } of chain.judged) {
    const isBound = grant !== undefined && later.read.reset && later.read.seq > commit.read.seq
    if (isBound && isLater(stamp, later.read.stamp)) stamp = later.read.stamp
  }
  return stamp
}

function shownOf(
  rec: string,
  live: ReadonlySet<string>,
  values: ReadonlyMap<string, Value>,
  profile: Profile,
): Pick<ReferenceRecord, 'conflicts' | 'shown'> {
  type Speaker = { client: number; seq: number; text: string; stamp: Stamp }
  const byPath = new Map<string, Map<number, Speaker>>()
  for (const key of live) {
    const [, path = '', client = '', seq = ''] = /^(.*)@(\d+)\.(\d+)$/.exec(key) ?? []
    const { value, stamp } = values.get(`${rec} ${key}`) ?? { value: undefined, stamp: [0, 0] }
    const text = value === undefined ? '' : canonicalJson(value)
    const speakers = byPath.get(path) ?? new Map<number, Speaker>()
    byPath.set(path, speakers)
    const own = { client: Number(client), seq: Number(seq), text, stamp: stamp as Stamp }
    const other = speakers.get(own.client)
    if (other === undefined || other.seq < own.seq) speakers.set(own.client, own)
  }
  const conflicts: string[] = []
  const shown = new Map<string, string>()
  for (const [path, speakers] of byPath) {
    const all = [...speakers.values()]
    if (new Set(all.map((s) => s.text)).size > 1) conflicts.push(path)
    if (classOf(profile, kindOf(rec), path) === 1) continue
    const [newest] = all.sort(
      (a, b) => b.stamp[0] - a.stamp[0] || b.stamp[1] - a.stamp[1] || b.client - a.client,
    )
    if (newest !== undefined) shown.set(path, newest.text)
  }
  return { conflicts: conflicts.sort(), shown }
}
